"""Dates that are possible but unlikely: they are asked once more before anything is saved (domain.md 5).

Each doubt is a sentence that goes on from the date written out. What is no date, or out of bounds, is an error and not asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.rules.french import day, long_day
from portal.rules.titles import months_after

FAR_MONTHS = 12
LONG_MONTHS = 6
# A field of a form, and the date typed into it.
Field = tuple[str, date]
# The name of a public holiday; None for any other day.
Holiday = Callable[[date], str | None]


@dataclass(frozen=True)
class Doubt:
    """What is unlikely about the date typed into `field`."""

    field: str
    on: date
    why: str
    beside: "Field | None" = None  # the other date that makes it unlikely

    @property
    def words(self) -> str:
        """« mercredi 10 juillet 2030 : c’est dans plus de douze mois »"""
        return f"{long_day(self.on)} : {self.why}"


def far(field: str, on: date, today: date) -> list[Doubt]:
    """A date more than twelve months away, either way."""
    if on > months_after(today, FAR_MONTHS):
        return [Doubt(field, on, "c’est dans plus de douze mois")]
    if on < months_after(today, -FAR_MONTHS):
        return [Doubt(field, on, "c’était il y a plus de douze mois")]
    return []


def closed(field: str, on: date, holiday: Holiday) -> list[Doubt]:
    """A day on which nobody is expected: Saturday, Sunday, public holiday."""
    if name := holiday(on):
        return [Doubt(field, on, f"c’est un jour férié ({name})")]
    return [Doubt(field, on, "c’est un samedi" if on.weekday() == 5 else "c’est un dimanche")] if on.weekday() >= 5 else []


def span(starts: Field, ends: Field, today: date, holiday: Holiday) -> list[Doubt]:
    """All that is unlikely about a start and an end, each given with the name of its field."""
    (start_field, start), (end_field, end) = starts, ends
    doubts = [*far(start_field, start, today), *closed(start_field, start, holiday), *far(end_field, end, today)]
    if end > months_after(start, LONG_MONTHS):
        doubts.append(Doubt(end_field, end, f"c’est plus de six mois après le début, le {day(start)}", starts))
    return doubts


def exam_days(first: Field, last: Field, today: date, holiday: Holiday, postponed_to: date) -> list[Doubt]:
    """All that is unlikely about the days of the exam of a moved session: a day that is past, or past the postponed end."""
    doubts = span(first, last, today, holiday)
    typed = [first] if first[1] == last[1] else [first, last]
    past = [Doubt(field, on, "c’est déjà passé") for field, on in typed if on < today]
    return [*doubts, *past, *_past_the_end(*last, postponed_to)]


def real_end(field: str, on: date, today: date, postponed_to: date, last_day: date | None) -> list[Doubt]:
    """A real end date: unlikely when far away, and asked once when it lies past the postponed end or before the last day of the
    exam, where that is stated (domain.md 5)."""
    doubts = [*far(field, on, today), *_past_the_end(field, on, postponed_to)]
    if last_day and on < last_day:
        doubts.append(Doubt(field, on, f"c’est avant le dernier jour d’examen indiqué, le {day(last_day)}"))
    return doubts


def _past_the_end(field: str, on: date, postponed_to: date) -> list[Doubt]:
    return [Doubt(field, on, f"c’est après la date de fin reportée, le {day(postponed_to)}")] if on > postponed_to else []


def only_new(doubts: Sequence[Doubt], known: Mapping[str, date | None]) -> list[Doubt]:
    """Without the doubts about dates that stand already in their own fields: what is not changed is not asked about."""
    return [d for d in doubts if d.on != known.get(d.field) or (d.beside and d.beside[1] != known.get(d.beside[0]))]
