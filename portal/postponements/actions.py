"""Postponement by the local unit (« report de session »)."""

from datetime import date

from sqlalchemy import Connection

from portal.rules.french import day
from portal.rules.lifecycle import Action
from portal.sessions.actions import date_errors
from portal.sessions.change import change, write
from portal.sessions.values import Invalid, Outcome, Saved, SessionRow, Unchanged
from portal.store.work import Work


def postpone(work: Work, number: int, version: int, *, starts_on: date, ends_on: date, reason: str) -> Outcome:
    """Move a session that has not begun to new dates, with a reason."""

    def already(tx: Connection, s: SessionRow) -> Outcome | None:
        """A double click: the first of two equal requests has moved the session."""
        done = (s.starts_on, s.ends_on) == (starts_on, ends_on) and s.version == version + 1
        return Unchanged() if done else None

    def act(tx: Connection, s: SessionRow) -> Outcome:
        errors = dict(date_errors(s, starts_on, ends_on))
        if starts_on < work.on.today:
            errors["starts_on"] = f"Une session ne peut pas être reportée dans le passé : nous sommes le {day(work.on.today)}."
        if (starts_on, ends_on) == (s.starts_on, s.ends_on):
            errors["starts_on"] = "Ce sont déjà les dates de la session : indiquez au moins une nouvelle date."
        if not reason:
            errors["reason"] = "Indiquez le motif du report."
        if errors:
            return Invalid(errors)
        write(tx, work, s, "postponed", {"starts_on": starts_on, "ends_on": ends_on}, reason=reason)
        return Saved(f"Session reportée : du {day(starts_on)} au {day(ends_on)}.")

    return change(work, number, version, Action.POSTPONE, act, ahead=already)
