"""Automatic measures (domain.md 4): data that moves or cancels many sessions at once.

A measure is a list of cases; the first that matches a session wins. What no case changes is explained by `kept`,
read in the same way. `decide` answers for one session; `portal.features.measures.plan` compiles the same data to SQL.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from portal.rules.conditions import Condition, holds
from portal.rules.facts import Facts
from portal.rules.french import day, plural
from portal.rules.lifecycle import ACTIVE, Status

LONGEST_SHIFT = 730
ALREADY_SHIFTED = "Cette mesure l’a déjà déplacée."
REAL_END_KNOWN = "La date réelle de fin est déjà saisie : elle n’est plus décalée."
NO_CASE = "Aucun cas de la mesure ne vise ces dates et ce statut."


class MeasureError(ValueError):
    """The measure's text cannot be read; the message is a French sentence."""


@dataclass(frozen=True)
class MeasureCase:
    """`cancel`, or `move_end_to` a day, or shift start and end by `shift_days`, for the sessions that `when` describes.
    `words` is how people are told."""

    name: str
    words: str
    when: Condition
    cancel: bool = False
    move_end_to: date | None = None
    shift_days: int = 0

    @property
    def effect(self) -> str:
        """What happens to a session of this case, in two or three words."""
        if self.cancel:
            return "Annulée"
        return f"Fin au {day(self.move_end_to)}" if self.move_end_to else f"Décalée de {plural(self.shift_days, 'jour')}"

    @property
    def unmoved(self) -> str:
        """Why a session of this case may stay as it is: a postponement never brings an end date forward."""
        assert self.move_end_to
        return f"Cas {self.name}, mais la date de fin est déjà au {day(self.move_end_to)} ou après : elle reste."


@dataclass(frozen=True)
class Kept:
    """Sessions that the measure leaves alone, and why. `name` when the measure numbers the case (case 3 of 2020)."""

    words: str
    when: Condition
    name: str = ""


@dataclass(frozen=True)
class Measure:
    key: str
    label: str
    source: str
    cases: tuple[MeasureCase, ...]
    kept: tuple[Kept, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What the measure does to one session. `case` is empty when nothing changes, unless the measure numbers that too."""

    case: str
    changes: bool
    status: Status
    ends_on: date
    why: str
    starts_on: date | None = None  # when the case moves it


def decide(measure: Measure, facts: Facts) -> Decision:
    """What `measure` does to a session with these facts."""
    day_is_irrelevant = facts.starts_on
    for case in measure.cases:
        if holds(case.when, facts, day_is_irrelevant):
            if case.cancel:
                return Decision(case.name, True, Status.CANCELLED, facts.ends_on, case.words)
            if case.shift_days:
                return _shift(measure, case, facts)
            assert case.move_end_to
            if facts.ends_on < case.move_end_to:
                return Decision(case.name, True, facts.status, case.move_end_to, case.words)
            return Decision("", False, facts.status, facts.ends_on, case.unmoved)
    for kept in measure.kept:
        if holds(kept.when, facts, day_is_irrelevant):
            return Decision(kept.name, False, facts.status, facts.ends_on, kept.words)
    return Decision("", False, facts.status, facts.ends_on, NO_CASE)


def _shift(measure: Measure, case: MeasureCase, facts: Facts) -> Decision:
    if facts.moved_by == measure.key:
        return Decision("", False, facts.status, facts.ends_on, ALREADY_SHIFTED)
    if facts.actual_end_on is not None:
        return Decision("", False, facts.status, facts.ends_on, REAL_END_KNOWN)
    by = timedelta(days=case.shift_days)
    return Decision(case.name, True, facts.status, facts.ends_on + by, case.words, facts.starts_on + by)


def parse(text: str, *, applied: bool = False) -> Measure:
    """A measure from TOML; `measures/confinement-2020.toml` shows the form. Raises MeasureError.

    `applied`: the text of a run that was made; it is read as it was then, whatever is refused today.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MeasureError(f"Le fichier n’est pas du TOML valide : {error}.") from error
    _only(data, {"mesure", "cas", "inchange"}, "le fichier")
    head = _table(data.get("mesure"), "[mesure]")
    _only(head, {"cle", "nom", "source"}, "[mesure]")
    key = _text(head, "cle", "[mesure]")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key) or len(key) > 60:
        raise MeasureError("[mesure] : « cle » s’écrit en minuscules, chiffres et tirets (60 caractères au plus).")
    cases = tuple(_case(_table(c, f"cas n° {i}"), i, applied) for i, c in enumerate(_list(data, "cas"), 1))
    if not cases:
        raise MeasureError("La mesure n’a aucun [[cas]].")
    if len({c.name for c in cases}) < len(cases):
        raise MeasureError("Deux cas portent le même nom.")
    kept = tuple(_kept(_table(k, f"inchange n° {i}"), i) for i, k in enumerate(_list(data, "inchange"), 1))
    return Measure(key, _text(head, "nom", "[mesure]"), _text(head, "source", "[mesure]"), cases, kept)


@lru_cache(maxsize=64)
def words_of_case(text: str, name: str) -> str:
    """How the measure of this text tells people of its case `name`; empty when it has none."""
    return next((case.words for case in parse(text, applied=True).cases if case.name == name), "") if text else ""


BOUNDS = {"debut_du": "start_from", "debut_au": "start_to", "fin_du": "end_from", "fin_au": "end_to"}


def _case(data: Mapping[str, Any], position: int, applied: bool) -> MeasureCase:
    where = f"cas n° {position}"
    _only(data, {"nom", "texte", "statuts", "departements", "titres", "action", "fin", "jours", *BOUNDS}, where)
    name, words, when = _text(data, "nom", where), _text(data, "texte", where), _condition(data, where)
    if not applied:
        when = replace(when, statuses=_only_active(when.statuses, where))
    if len(name) > 20:
        raise MeasureError(f"{where} : « nom » a 20 caractères au plus.")
    match data.get("action"):
        case "annuler":
            _without(data, ("fin", "jours"), "annuler", where)
            return MeasureCase(name, words, when, cancel=True)
        case "reporter_la_fin":
            _without(data, ("jours",), "reporter_la_fin", where)
            return MeasureCase(name, words, when, move_end_to=_day(data, "fin", where))
        case "decaler":
            _without(data, ("fin",), "decaler", where)
            days = data.get("jours")
            if type(days) is not int or not 1 <= days <= LONGEST_SHIFT:
                raise MeasureError(f"{where} : « jours » est un nombre entier de 1 à {LONGEST_SHIFT}.")
            return MeasureCase(name, words, when, shift_days=days)
    raise MeasureError(f"{where} : « action » vaut « annuler », « reporter_la_fin » ou « decaler ».")


def _without(data: Mapping[str, Any], keys: tuple[str, ...], action: str, where: str) -> None:
    for key in keys:
        if key in data:
            raise MeasureError(f"{where} : « {key} » ne va pas avec l’action « {action} ».")


def _kept(data: Mapping[str, Any], position: int) -> Kept:
    where = f"inchange n° {position}"
    _only(data, {"nom", "texte", "statuts", "departements", "titres", *BOUNDS}, where)
    return Kept(_text(data, "texte", where), _condition(data, where), str(data.get("nom", "")))


def _condition(data: Mapping[str, Any], where: str) -> Condition:
    bounds: dict[str, Any] = {field: _day(data, word, where) for word, field in BOUNDS.items() if word in data}
    for low, high in (("debut_du", "debut_au"), ("fin_du", "fin_au")):
        if low in data and high in data and data[low] > data[high]:
            raise MeasureError(f"{where} : « {low} » vient après « {high} ».")
    departments, titles = _words(data, "departements", where), _words(data, "titres", where)
    return Condition(_statuses(data, where), departments=departments, titles=titles, **bounds)


def _words(data: Mapping[str, Any], key: str, where: str) -> tuple[str, ...] | None:
    value = data.get(key)
    if value is None:
        return None
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and v for v in value):
        raise MeasureError(f'{where} : « {key} » est une liste de textes, par exemple {key} = ["94"].')
    return tuple(value)


def _statuses(data: Mapping[str, Any], where: str) -> tuple[Status, ...] | None:
    value = data.get("statuts")
    if value is None:
        return None
    if value == "actifs":
        return ACTIVE
    known = {s.value for s in Status}
    if not isinstance(value, list) or not value or any(not isinstance(v, str) or v not in known for v in value):
        raise MeasureError(f"{where} : « statuts » vaut « actifs » ou une liste parmi {', '.join(sorted(known))}.")
    return tuple(Status(v) for v in value)


def _only_active(statuses: tuple[Status, ...] | None, where: str) -> tuple[Status, ...]:
    """A case changes active sessions: results, locks and cancellations are the past (domain.md 3)."""
    for status in statuses or ():
        if status not in ACTIVE:
            raise MeasureError(
                f"{where} : une mesure ne touche pas une session « {status.label} ». "
                f"Les statuts possibles sont {', '.join(s.value for s in ACTIVE)}, ou « actifs » pour les quatre."
            )
    return statuses or ACTIVE


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise MeasureError(f"{where} : une table est attendue.")
    return value


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key, [])
    if not isinstance(value, list):
        raise MeasureError(f"« {key} » s’écrit [[{key}]], une table par cas.")
    return value


def _text(data: Mapping[str, Any], key: str, where: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise MeasureError(f"{where} : « {key} » manque.")
    return value


def _day(data: Mapping[str, Any], key: str, where: str) -> date:
    value = data.get(key)
    if type(value) is not date:
        raise MeasureError(f"{where} : « {key} » est une date, par exemple {key} = 2020-08-24.")
    return value


def _only(data: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in data:
        if key not in known:
            raise MeasureError(f"{where} : « {key} » est inconnu.")
