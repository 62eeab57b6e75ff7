"""Automatic measures (domain.md 4): data that moves or cancels many sessions at once.

A measure is a list of cases; the first that matches a session wins. What no case changes is explained by `kept`, read in the
same way. `readings` says it all as one list, read from top to bottom: `decide` for one session, in SQL
`portal.features.measures.plan` for all of them. `portal.rules.measure_files` reads a measure from its text.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from portal.rules.conditions import Condition, holds
from portal.rules.facts import Facts
from portal.rules.french import day, plural
from portal.rules.lifecycle import ACTIVE, Status

ALREADY_SHIFTED = "cette mesure l’a déjà déplacée."
REAL_END_KNOWN = "la date réelle de fin est déjà saisie, elle n’est plus décalée."
EXAM_DAYS_KNOWN = "les jours d’examen sont déjà indiqués par le centre, elle n’est plus décalée."
NO_CASE = "Aucun cas de la mesure ne vise ces dates et ce statut."


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

    @property
    def shifts(self) -> bool:
        """Whether it moves starts too."""
        return any(case.shift_days for case in self.cases)


@dataclass(frozen=True)
class Reading:
    """One line of a measure as it is read: the sessions that `when` describes, what is said of them, and the case that changes
    them. `name`: the case that the measure numbers, if it numbers this one."""

    code: str
    when: Condition
    words: str
    name: str = ""
    case: MeasureCase | None = None

    @property
    def effect(self) -> str:
        """What happens to a session that this line reads, in two or three words."""
        return self.case.effect if self.case else "Inchangée"


@lru_cache(maxsize=64)
def readings(measure: Measure) -> tuple[Reading, ...]:
    """Every line of the measure in the order in which it is read: the first that describes a session wins; the last describes
    all. A line that changes anything describes active sessions only (domain.md 3), whatever the measure's text says."""
    found = [reading for case in measure.cases for reading in _of_case(measure, case)]
    found += [Reading(f"k{i}", kept.when, kept.words, kept.name) for i, kept in enumerate(measure.kept)]
    return (*found, Reading("-", Condition(), NO_CASE))


def _of_case(measure: Measure, case: MeasureCase) -> Iterator[Reading]:
    statuses = tuple(s for s in ACTIVE if case.when.statuses is None or s in case.when.statuses)
    when = replace(case.when, statuses=statuses)
    if case.shift_days:
        of_case = f"Cas {case.name} : "
        yield Reading(f"s{case.name}", replace(when, moved_by=measure.key), of_case + ALREADY_SHIFTED)
        yield Reading(f"r{case.name}", replace(when, actual_end_known=True), of_case + REAL_END_KNOWN)
        yield Reading(f"j{case.name}", replace(when, exam_start_to=date.max), of_case + EXAM_DAYS_KNOWN)
    if case.move_end_to:
        yield Reading(f"+{case.name}", _ends_before(when, case.move_end_to), case.words, case.name, case)
        stays = f"Cas {case.name}, mais la date de fin est déjà au {day(case.move_end_to)} ou après : elle reste."
        yield Reading(f"={case.name}", when, stays)
    else:
        yield Reading(f"+{case.name}", when, case.words, case.name, case)


def _ends_before(when: Condition, on: date) -> Condition:
    """A postponement never brings an end date forward."""
    eve = on - timedelta(days=1)
    return replace(when, end_to=min(when.end_to or eve, eve))


@dataclass(frozen=True)
class Decision:
    """What the measure does to one session. `case` is empty when nothing changes, unless the measure numbers that too."""

    case: str
    changes: bool
    status: Status
    starts_on: date
    ends_on: date
    why: str


def decide(measure: Measure, facts: Facts) -> Decision:
    """What `measure` does to a session with these facts."""
    any_day = facts.starts_on  # a measure never asks what day it is
    found = next(reading for reading in readings(measure) if holds(reading.when, facts, any_day))
    status, start, end = facts.status, facts.starts_on, facts.ends_on
    if found.case:
        by = timedelta(days=found.case.shift_days)
        status = Status.CANCELLED if found.case.cancel else status
        start, end = start + by, (found.case.move_end_to or end) + by
    return Decision(found.name, found.case is not None, status, start, end, found.words)
