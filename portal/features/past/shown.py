"""How the history shows a value: a date, a text, a field that changed."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from portal.rules.french import day

Sentence = tuple[str, tuple[str, ...]]  # and its details

FIELDS = {
    "starts_on": "Date de début",
    "ends_on": "Date de fin",
    "actual_end_on": "Date réelle de fin",
    "place": "Lieu",
    "hour": "Heure de convocation",
    "session_manager": "Responsable de session",
    "last_name": "Nom",
    "first_name": "Prénom",
    "born_on": "Date de naissance",
    "email": "Adresse électronique",
}


def shown(value: object) -> str:
    if isinstance(value, str):
        with suppress(ValueError):
            return day(date.fromisoformat(value))
    return f"« {value} »" if value else "(vide)"


def fields(before: Mapping[str, Any], after: Mapping[str, Any], only: Iterable[str] = FIELDS) -> tuple[str, ...]:
    """« Lieu : (vide) → « Créteil » », for each field that `after` holds."""
    return tuple(f"{FIELDS[n]} : {shown(before.get(n))} → {shown(after[n])}" for n in FIELDS if n in after and n in only)
