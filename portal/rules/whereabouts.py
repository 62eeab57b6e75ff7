"""Where somebody came from, in words: the browser and the machine, and what kind of place its address is."""

from ipaddress import ip_address


def device_in_words(called: str) -> str:
    """« Firefox sur Windows », from « Firefox, Windows »."""
    return called.replace(", ", " sur ") or "Navigateur inconnu"


def place_in_words(address: str) -> str:
    """« adresse 192.0.2.1 », and what kind of place that is where it says so."""
    try:
        found = ip_address(address)
    except ValueError:
        return "adresse inconnue"
    if found.is_loopback:
        return "depuis la machine du portail"
    return f"réseau interne, adresse {address}" if found.is_private else f"adresse {address}"
