"""A measure as text, in TOML: `measures/confinement-2020.toml` shows the form. Everything that is wrong is said at once."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from unicodedata import category

from portal.rules.conditions import Condition
from portal.rules.french import seen
from portal.rules.lifecycle import ACTIVE, Status
from portal.rules.measures import Kept, Measure, MeasureCase

LONGEST_SHIFT = 730
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
HEAD = ("cle", "nom", "source")
BOUNDS = {"debut_du": "start_from", "debut_au": "start_to", "fin_du": "end_from", "fin_au": "end_to"}
LONGEST_LABEL, LONGEST_NAME = 120, 20
LONG, LINES = ("source", "texte"), "\n\r\t"  # what may go on over several lines
DESCRIBES = ("nom", "texte", "statuts", "departements", "titres", *BOUNDS)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: a French sentence; where it stands, `case` counted from 1, and in which field."""

    sentence: str
    field: str = ""
    case: int | None = None

    def __str__(self) -> str:
        return f"cas n° {self.case} : {self.sentence}" if self.case else self.sentence


class MeasureError(ValueError):
    """The measure's text cannot be taken; the message is French sentences, `problems` are each of them. `read`: what could be
    read of it, to look for more that is wrong."""

    def __init__(self, *problems: Problem | str, read: Measure | None = None) -> None:
        self.read = read
        self.problems = tuple(Problem(p) if isinstance(p, str) else p for p in problems)
        super().__init__("\n".join(map(str, self.problems)))


def parse(text: str, *, applied: bool = False) -> Measure:
    """A measure from its text. Raises MeasureError.

    `applied`: the text of a run that was made; it is read as it was then, whatever is refused today.
    """
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits, or a thousand brackets
        raise MeasureError(f"Le fichier n’est pas du TOML valide{_where(error)} : corrigez-le à cet endroit.") from error
    reader = _Reader(applied)
    found = reader.measure(data)
    if reader.problems:
        raise MeasureError(*reader.problems, read=found)
    return found


def _where(error: Exception) -> str:
    at = re.search(r"at line (\d+), column (\d+)", str(error))
    return f" (ligne {at[1]}, colonne {at[2]})" if at else " (il s’arrête trop tôt)"


def _plain(text: str, allowed: str = "") -> bool:
    """No sign that steers a printer or a mail, but those allowed: PostgreSQL keeps no NUL, a subject has one line."""
    return all(category(c) != "Cc" or c in allowed for c in text)


@lru_cache(maxsize=64)
def words_of_case(text: str, name: str) -> str:
    """How the measure of this text tells people of its case `name`; empty when it has none."""
    return next((case.words for case in parse(text, applied=True).cases if case.name == name), "") if text else ""


class _Reader:
    """Reads the tables one after the other; what is wrong is noted, and something harmless stands in its place."""

    def __init__(self, applied: bool) -> None:
        self.applied = applied
        self.problems: list[Problem] = []
        self.position: int | None = None  # of the case that is being read

    def wrong(self, sentence: str, field: str = "") -> None:
        self.problems.append(Problem(sentence, field, self.position))

    def measure(self, data: Mapping[str, Any]) -> Measure:
        self.only(data, ("mesure", "cas", "inchange"), "le fichier : ")
        head = self.table(data.get("mesure"), "[mesure] : ")
        self.only(head, HEAD, "[mesure] : ")
        key, label, source = (self.text(head, name, "[mesure] : ") for name in HEAD)
        self.bounded(label, "nom", LONGEST_LABEL, "[mesure] : ")
        if key and (not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key) or len(key) > 60):
            self.wrong("[mesure] : « cle » s’écrit en minuscules, chiffres et tirets (60 caractères au plus).", "cle")
        tables = self.tables(data, "cas")
        cases = []
        for self.position, table in enumerate(tables, 1):
            cases.append(self.case(self.table(table)))
        self.position = None
        if not tables:
            self.wrong("La mesure n’a aucun [[cas]].")
        if len({case.name for case in cases if case.name}) < len([case for case in cases if case.name]):
            self.wrong("Deux cas portent le même nom.")
        kept = [self.kept(self.table(table), f"inchange n° {i} : ") for i, table in enumerate(self.tables(data, "inchange"), 1)]
        return Measure(key, label, source, tuple(cases), tuple(kept))

    def case(self, data: Mapping[str, Any]) -> MeasureCase:
        self.only(data, (*DESCRIBES, "action", "fin", "jours"))
        name, words, when = self.text(data, "nom"), self.text(data, "texte"), self.condition(data)
        self.bounded(name, "nom", LONGEST_NAME)
        match data.get("action"):
            case "annuler" as action:
                self.without(data, ("fin", "jours"), action)
                return MeasureCase(name, words, when, cancel=True)
            case "reporter_la_fin" as action:
                self.without(data, ("jours",), action)
                return MeasureCase(name, words, when, move_end_to=self.day(data, "fin") or LATEST)
            case "decaler" as action:
                self.without(data, ("fin",), action)
                days = data.get("jours")
                if type(days) is int and 1 <= days <= LONGEST_SHIFT:
                    return MeasureCase(name, words, when, shift_days=days)
                self.wrong(f"« jours » est un nombre entier de 1 à {LONGEST_SHIFT}.", "jours")
            case _:
                self.wrong("« action » vaut « annuler », « reporter_la_fin » ou « decaler » : choisissez.", "action")
        return MeasureCase(name, words, when, cancel=True)

    def kept(self, data: Mapping[str, Any], where: str) -> Kept:
        self.only(data, DESCRIBES, where)
        return Kept(self.text(data, "texte", where), self.condition(data, where, of_case=False), str(data.get("nom", "")))

    def condition(self, data: Mapping[str, Any], where: str = "", *, of_case: bool = True) -> Condition:
        read = {field: self.day(data, word, where) for word, field in BOUNDS.items() if word in data}
        bounds: dict[str, Any] = {field: value for field, value in read.items() if value}
        for low, high in (("debut_du", "debut_au"), ("fin_du", "fin_au")):
            first, last = bounds.get(BOUNDS[low]), bounds.get(BOUNDS[high])
            if first and last and first > last:
                self.wrong(f"{where}« {low} » vient après « {high} ».", low)
        statuses = self.statuses(data, where)
        if of_case and not self.applied:
            statuses = self.only_active(statuses)
        departments, titles = self.words(data, "departements", where), self.words(data, "titres", where)
        return Condition(statuses, departments=departments, titles=titles, **bounds)

    def statuses(self, data: Mapping[str, Any], where: str) -> tuple[Status, ...] | None:
        value = data.get("statuts")
        if value is None:
            return None
        if value == "actifs":
            return ACTIVE
        known = {s.value for s in Status}
        if isinstance(value, list) and value and all(isinstance(v, str) and v in known for v in value):
            return tuple(Status(v) for v in value)
        self.wrong(f"{where}« statuts » vaut « actifs » ou une liste parmi {', '.join(sorted(known))}.", "statuts")
        return None

    def only_active(self, statuses: tuple[Status, ...] | None) -> tuple[Status, ...]:
        """A case changes active sessions: results, locks and cancellations are the past (domain.md 3)."""
        closed = [f"« {status.label} »" for status in statuses or () if status not in ACTIVE]
        if closed:
            self.wrong(
                f"une mesure ne touche pas une session {' ou '.join(closed)}. "
                f"Les statuts possibles sont {', '.join(s.value for s in ACTIVE)}, ou « actifs » pour les quatre.",
                "statuts",
            )
        return statuses or ACTIVE

    def words(self, data: Mapping[str, Any], key: str, where: str) -> tuple[str, ...] | None:
        value = data.get(key)
        if value is None:
            return None
        if isinstance(value, list) and value and all(isinstance(v, str) and v and _plain(v) for v in value):
            return tuple(value)
        self.wrong(f'{where}« {key} » est une liste de textes, par exemple {key} = ["94"].', key)
        return None

    def day(self, data: Mapping[str, Any], key: str, where: str = "") -> date | None:
        value = data.get(key)
        if type(value) is not date:
            self.wrong(f"{where}« {key} » est une date, par exemple {key} = 2020-08-24.", key)
            return None
        if not self.applied and not EARLIEST <= value <= LATEST:
            self.wrong(f"{where}l’année de « {key} » n’est pas plausible : vérifiez-la.", key)
            return None
        return value

    def without(self, data: Mapping[str, Any], keys: tuple[str, ...], action: str) -> None:
        for key in keys:
            if key in data:
                self.wrong(f"« {key} » ne va pas avec l’action « {action} ».", key)

    def text(self, data: Mapping[str, Any], key: str, where: str = "") -> str:
        value = data.get(key)
        if not isinstance(value, str) or not seen(value).strip():
            self.wrong(f"{where}« {key} » manque : indiquez un texte.", key)
            return ""
        if not self.applied and not _plain(value, LINES if key in LONG else ""):
            why = "contient un signe invisible : retapez-le" if key in LONG else "tient sur une ligne"
            self.wrong(f"{where}« {key} » {why}.", key)
        return value

    def bounded(self, value: str, key: str, longest: int, where: str = "") -> None:
        if len(value) > longest and not self.applied:
            self.wrong(f"{where}« {key} » a {longest} caractères au plus : raccourcissez.", key)

    def table(self, value: object, where: str = "") -> Mapping[str, Any]:
        if isinstance(value, dict):
            return value
        self.wrong(f"{where}une table est attendue.")
        return {}

    def tables(self, data: Mapping[str, Any], key: str) -> list[object]:
        value = data.get(key, [])
        if isinstance(value, list):
            return value
        self.wrong(f"« {key} » s’écrit [[{key}]], une table par cas.")
        return []

    def only(self, data: Mapping[str, Any], known: tuple[str, ...], where: str = "") -> None:
        for key in data:
            if key not in known:
                self.wrong(f"{where}« {key} » est inconnu.", key)


def problems_of(text: str) -> Sequence[Problem]:
    """All that is wrong of this text; nothing, where it is a measure."""
    try:
        parse(text)
    except MeasureError as error:
        return error.problems
    return ()
