"""Postponement by the local unit (« report de session »)."""

from datetime import date
from typing import Any

from sqlalchemy import Connection

from portal.core.convening import void_papers
from portal.core.dates import date_errors, not_ahead
from portal.core.doubts import doubtful_span
from portal.core.holding import hold, sent_twice, stop, write
from portal.core.outcomes import Dated, Doubtful, Invalid, Saved, Unchanged
from portal.core.session import SessionRow
from portal.core.telling import tell_centre
from portal.rules.french import day
from portal.rules.lifecycle import Action
from portal.store.work import Work


def postpone(work: Work, number: int, version: int, *, starts_on: date, ends_on: date, reason: str, confirmed: str = "") -> Dated:
    """Move a session that has not begun to new dates, with a reason. Raises NotThere."""
    with hold(work, number) as (tx, s):
        if sent_twice(work, s, version, Action.POSTPONE) and (s.starts_on, s.ends_on) == (starts_on, ends_on):
            return Unchanged()
        if stopped := stop(work, s, version, Action.POSTPONE):
            return stopped
        outcome = move(tx, work, s, starts_on, ends_on, reason, confirmed=confirmed)
        if isinstance(outcome, Saved):
            body = f"L’{s.unit} a reporté la session : elle va du {day(starts_on)} au {day(ends_on)}. Motif : {reason}"
            body = f"{body}{to_state_anew(s)}"
            tell_centre(tx, work, s, f"Session {s.number} reportée", body)
        return outcome


def _left_behind(s: SessionRow) -> dict[str, Any]:
    """What the centre of a moved session had stated of an exam that will now be another day: its days, its real end date."""
    days = {"exam_starts_on": None, "exam_ends_on": None} if s.exam_starts_on else {}
    return days | ({"actual_end_on": None, "actual_end_checked": False} if s.actual_end_on else {})


def to_state_anew(s: SessionRow) -> str:
    """The same, as a sentence for the centre; empty where it had stated nothing."""
    days = "les jours d’examen" if s.exam_starts_on else ""
    end = f"la date réelle de fin ({day(s.actual_end_on)})" if s.actual_end_on else ""
    told = " et ".join(part for part in (days, end) if part)
    return f" Ce que vous aviez indiqué ne vaut plus : {told}. Indiquez-le de nouveau." if told else ""


def move(
    tx: Connection,
    work: Work,
    s: SessionRow,
    starts_on: date,
    ends_on: date,
    reason: str,
    request_id: int | None = None,
    *,
    confirmed: str = "",
) -> Invalid | Doubtful | Saved:
    """Give a session that the rule lets the unit postpone its new dates; `request_id`: at the centre's request."""
    errors = {**date_errors(tx, s, starts_on, ends_on), **not_ahead(s, starts_on, ends_on, work.on.today)}
    if not reason:
        errors["reason"] = "Indiquez le motif du report."
    if errors:
        return Invalid(errors)
    about = f"postponement of {s.number}, version {s.version}"
    if doubt := doubtful_span(work, about, ("starts_on", starts_on), ("ends_on", ends_on), confirmed, (s.starts_on, s.ends_on)):
        return doubt
    asked = {"request": request_id} if request_id else {}
    write(
        tx,
        work,
        s,
        "postponed",
        {"starts_on": starts_on, "ends_on": ends_on, **void_papers(s), **_left_behind(s)},
        reason=reason,
        after=asked,
    )
    return Saved(f"Session reportée : du {day(starts_on)} au {day(ends_on)}.")
