"""The days of the exam of a session that a measure moved."""

from datetime import date
from typing import Any

from portal.core.convening import told_void, void_papers
from portal.core.days_off import holiday
from portal.core.doubts import doubtful
from portal.core.holding import hold, sent_twice, stop, write
from portal.core.outcomes import Dated, Invalid, Saved, Unchanged
from portal.core.session import SessionRow
from portal.rules.french import day
from portal.rules.lifecycle import Action, Status
from portal.rules.plausible import exam_days, only_new
from portal.store.work import Work


def set_exam_days(work: Work, number: int, version: int, *, first: date, last: date, hour: str, confirmed: str = "") -> Dated:
    """The centre states on which days people meet, and at what hour. Raises NotThere."""
    wanted: dict[str, Any] = {"exam_starts_on": first, "exam_ends_on": last, "hour": hour}
    with hold(work, number) as (tx, s):
        same = all(getattr(s, name) == value for name, value in wanted.items())
        if same and sent_twice(work, s, version, Action.SET_EXAM_DAYS):
            return Unchanged()
        if stopped := stop(work, s, version, Action.SET_EXAM_DAYS):
            return stopped
        if errors := _errors(s, first, last, hour):
            return Invalid(errors)
        if same:
            return Unchanged("Ces jours d’examen sont déjà enregistrés.")
        about = f"exam days of {number}, version {version}"
        doubts = exam_days(("exam_starts_on", first), ("exam_ends_on", last), work.on.today, holiday, s.ends_on)
        known = {"exam_starts_on": s.exam_starts_on, "exam_ends_on": s.exam_ends_on}
        if asked := doubtful(work, only_new(doubts, known), {"about": about, "start": first, "end": last}, confirmed):
            return asked
        void = void_papers(s)
        write(tx, work, s, "exam_days", {**wanted, **void})
        days = f"le {day(first)}" if first == last else f"du {day(first)} au {day(last)}"
        again = told_void(s, void, last, work.on.today)
        return Saved(f"Jours d’examen enregistrés : {days}.{again}")


def _errors(s: SessionRow, first: date, last: date, hour: str) -> dict[str, str]:
    errors: dict[str, str] = {}
    if first < s.starts_on:
        errors["exam_starts_on"] = f"Le premier jour ne peut pas précéder le début de la session, le {day(s.starts_on)}."
    if last < first:
        errors["exam_ends_on"] = f"Le dernier jour ne peut pas précéder le premier jour, le {day(first)}."
    if s.actual_end_on and last > s.actual_end_on and last != s.exam_ends_on:
        errors["exam_ends_on"] = (
            f"La date réelle de fin déjà saisie est le {day(s.actual_end_on)} : corrigez-la d’abord si l’examen va plus loin."
        )
    if not hour and s.status is Status.CONVOKED:
        errors["hour"] = "Indiquez l’heure : les candidats convoqués doivent la connaître."
    return errors
