"""Variables of the environment: taken one after the other, each with how it is shown, and with its mend where it is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

SHORTEST_SECRET, FEWEST_SIGNS = 32, 5
FRESH = "python3 -c 'import secrets; print(secrets.token_hex(32))' en donne une"

Value = TypeVar("Value")


def hidden(_text: str) -> str:
    """How a secret is shown."""
    return "••••••"


class SettingsError(Exception):
    """A setting is missing or wrong; the message says which, and the mend."""


@dataclass(frozen=True)
class Given:
    """One variable: how it is shown (a secret is not), whether it stands in the environment, and what is wrong of it."""

    name: str
    shown: str
    there: bool
    problem: str = ""


class Environment:
    """The environment, one variable after the other, and what was seen of it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.given: list[Given] = []

    def missing(self, names: Sequence[str]) -> list[str]:
        """Which of these variables are not given."""
        return [name for name in names if not self._environ.get(name)]

    def take(
        self,
        name: str,
        meaning: Callable[[str], Value],
        default: Value,
        *,
        show: Callable[[str], str] = str,
        otherwise: Callable[[], Value] | None = None,
    ) -> Value:
        """What this variable means; where it is not given, what `otherwise` makes, or the default, as where it is wrong."""
        text, problem, value = self._environ.get(name) or "", "", default
        try:
            if text:
                value = meaning(text)
            elif otherwise:
                value = otherwise()
        except SettingsError as error:
            problem = str(error)
        shown = show(text or str(value)) if text or value not in (None, "", ()) else ""
        self.given.append(Given(name, shown, bool(text), problem))
        return value


def several(meaning: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    """Words with commas between them."""
    return lambda text: tuple(meaning(word.strip()) for word in text.split(",") if word.strip())


def strong(name: str, demo: bool, shortest: int = SHORTEST_SECRET) -> Callable[[str], str]:
    def meaning(text: str) -> str:
        if not demo and (len(text) < shortest or len(set(text)) < FEWEST_SIGNS):
            raise SettingsError(
                f"{name} a moins de {shortest} caractères ou répète toujours les mêmes : il en faut une autre en production ({FRESH})."
            )
        return text

    return meaning


def port_number(name: str, *, least: int = 1) -> Callable[[str], int]:
    def meaning(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and least <= int(text) <= 65535):
            raise SettingsError(f"{name} « {text} » n’est pas un port (1 à 65535).")
        return int(text)

    return meaning


def proxies(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= 10):
        raise SettingsError(f"PORTAL_TRUSTED_PROXIES « {text} » n’est pas un nombre de mandataires (0 à 10).")
    return int(text)
