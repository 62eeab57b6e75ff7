"""From where a request comes: the address, and what the browser says it is."""

from flask import request

from portal.store.actors import Device

SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "Mac", "Linux": "Linux"}
BROWSERS = {"Edg": "Edge", "Firefox": "Firefox", "OPR": "Opera", "Chrom": "Chrome", "Safari": "Safari"}


def device() -> Device:
    """« Firefox, Windows » at an address; what the browser does not say, or nobody knows, is empty."""
    said = request.headers.get("User-Agent", "")
    found = (next((name for word, name in known.items() if word in said), "") for known in (BROWSERS, SYSTEMS))
    return Device(request.remote_addr or "", ", ".join(filter(None, found)))


def answers_by_itself() -> bool:
    """Whether this browser takes the first of several choices for the answer of whoever has given none: lynx does."""
    return request.headers.get("User-Agent", "").startswith("Lynx/")
