"""The days of the exam and who was there, by half-day (domain.md 8a)."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from portal.rules.facts import Facts
from portal.rules.french import day


class Half(StrEnum):
    MORNING = "matin"
    AFTERNOON = "apres_midi"

    @property
    def label(self) -> str:
        """What it is called on the screen."""
        return "Matin" if self is Half.MORNING else "Après-midi"


Slot = tuple[int, date, Half]  # a candidate on a half-day


def exam_days(f: Facts) -> Sequence[date]:
    """Every day of the exam, up to its real end where that is later; none while the centre of a moved session has stated none."""
    first, last = f.first_day, f.last_day
    if first is None or last is None:
        return []
    last = max(last, f.actual_end_on or last)
    return [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]


def opens_on(f: Facts, today: date) -> date | None:
    """The day that one looks at first: today's, or the day of the exam that is nearest; None where there are no days."""
    days = exam_days(f)
    return min(max(today, days[0]), days[-1]) if days else None


def not_open(f: Facts, on: date, today: date) -> str:
    """Why nothing is noted of this day yet, as a sentence; empty when it may be: a day of the exam that has come."""
    days = exam_days(f)
    if not days:
        return "Les jours d’examen ne sont pas encore indiqués."
    if on not in days:
        return f"Le {day(on)} n’est pas un jour d’examen de cette session."
    return f"Le {day(on)} est à venir : les présences se notent à partir de ce jour-là." if on > today else ""


def absent_throughout(noted: Mapping[Slot, bool]) -> set[int]:
    """The candidates who were noted absent on every half-day of which anybody was noted: `noted` says who was present."""
    halves = {(on, half) for _, on, half in noted}
    people = {number for number, _, _ in noted}
    return {number for number in people if all(noted.get((number, on, half)) is False for on, half in halves)}
