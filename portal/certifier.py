"""What `PORTAL_CDC_*` say: who deposits certifications with the Caisse des Dépôts, since when, and under which schema."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from portal.environment import Environment, SettingsError
from portal.paths import SCHEMAS

CLIENT, CERTIFIER, CONTRACT = "PORTAL_CDC_CLIENT", "PORTAL_CDC_CERTIFIER", "PORTAL_CDC_CONTRACT"


@dataclass(frozen=True)
class Certifier:
    """Numbers that the Caisse des Dépôts gave. `certifier`: the client number of whom the certifications are, if another sends
    them; `since`: titles obtained before that day were deposited elsewhere."""

    client: str = ""
    certifier: str = ""
    contract: str = ""
    schema: str = str(SCHEMAS / "deposit.xsd")
    since: date | None = None

    @property
    def missing(self) -> str:
        """What is still to be given before anything is deposited, as a sentence; empty where nothing is."""
        names = [name for name, value in ((CLIENT, self.client), (CONTRACT, self.contract)) if not value]
        return f"Il manque {' et '.join(names)} : les numéros de client et de contrat de la Caisse des Dépôts." if names else ""


NOBODY = Certifier()  # nothing is deposited


def certifier(e: Environment, demo: bool) -> Certifier:
    """The variables, taken from the environment; the demonstration has numbers of its own."""
    client = e.take(CLIENT, _of_length(CLIENT, 8, 8), "DEMO0001" if demo else "")
    return Certifier(
        client,
        e.take(CERTIFIER, _of_length(CERTIFIER, 8, 8), client),
        e.take(CONTRACT, _of_length(CONTRACT, 1, 20), "CONTRAT-DEMO" if demo else ""),
        e.take("PORTAL_CDC_SCHEMA", _file, str(SCHEMAS / "deposit.xsd")),
        e.take("PORTAL_CDC_SINCE", _day, None),
    )


def _of_length(name: str, least: int, most: int) -> Callable[[str], str]:
    def meaning(text: str) -> str:
        if not least <= len(text) <= most:
            long = f"{most} signes" if least == most else f"{most} signes au plus"
            raise SettingsError(f"{name} « {text} » n’a pas la longueur de ce numéro ({long}).")
        return text

    return meaning


def _file(text: str) -> str:
    if not Path(text).is_file():
        raise SettingsError(
            f"PORTAL_CDC_SCHEMA « {text} » n’est pas un fichier : donnez le schéma (XSD) de la Caisse des Dépôts."
        )
    return text


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"PORTAL_CDC_SINCE « {text} » n’est pas une date ISO (2021-01-01).") from None
