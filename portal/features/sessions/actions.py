"""What people do to a session besides its results: each function is one thing that a person does."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, update

from portal.core.approvals import of_title
from portal.core.dates import date_errors
from portal.core.grants import of_session
from portal.core.holding import hold, sent_twice, step_values, stop, write
from portal.core.outcomes import Invalid, Outcome, Saved, Unchanged
from portal.core.session import SessionRow
from portal.core.telling import tell_centre
from portal.rules.french import day
from portal.rules.lifecycle import Action, Status
from portal.rules.rights import Refused, does, may
from portal.rules.steps import STEP
from portal.rules.titles import may_start
from portal.store.limits import limits
from portal.store.sessions import exam_session
from portal.store.work import Work


def edit_practical(
    work: Work, number: int, version: int, *, starts_on: date | None, ends_on: date, place: str, session_manager: str
) -> Outcome:
    """Change the block « Informations pratiques ». `starts_on` is None where the page shows it as text. Raises NotThere."""
    wanted: dict[str, Any] = {"ends_on": ends_on, "place": place, "session_manager": session_manager}
    if starts_on is not None:
        wanted["starts_on"] = starts_on
    with hold(work, number) as (tx, s):
        changed = {name: value for name, value in wanted.items() if getattr(s, name) != value}
        if not changed and does(work.actor.role, Action.EDIT_END):
            return Unchanged()
        if stopped := stop(work, s, version, Action.EDIT_END):
            return stopped
        if starts_on is not None and starts_on != s.starts_on:
            verdict = may(s.person(work.actor.role), Action.EDIT_START, s.facts, work.on.today)
            if isinstance(verdict, Refused):
                return verdict
        errors = date_errors(tx, s, starts_on or s.starts_on, ends_on)
        if not errors and s.approval_id is not None and "starts_on" in changed:
            granted = bool(of_session(tx, s.number))
            approval = may_start(of_title(tx, s.centre_id, s.title_id), changed["starts_on"], granted=granted)
            if isinstance(approval, str):
                errors = {"starts_on": approval}
            elif approval.id != s.approval_id:
                changed["approval_id"] = approval.id
        if errors:
            return Invalid(errors)
        write(tx, work, s, "practical", changed)
        return Saved("Informations pratiques enregistrées.")


def set_actual_end(work: Work, number: int, version: int, actual_end_on: date) -> Outcome:
    """Enter, or change, the real end date of an automatically postponed session. Raises NotThere."""
    with hold(work, number) as (tx, s):
        stopped = stop(work, s, version, Action.SET_ACTUAL_END)
        if s.actual_end_on == actual_end_on and not isinstance(stopped, Refused):
            return Unchanged("Cette date réelle de fin est déjà enregistrée.")
        if stopped:
            return stopped
        if actual_end_on < s.starts_on:
            return Invalid(
                {"actual_end_on": f"La date réelle de fin ne peut pas précéder la date de début ({day(s.starts_on)})."}
            )
        write(tx, work, s, "actual_end", {"actual_end_on": actual_end_on})
        return Saved(f"Date réelle de fin enregistrée : {day(actual_end_on)}.")


def advance(work: Work, number: int, version: int, action: Action, reason: str = "") -> Outcome:
    """Take a step of the session's life that needs nothing typed but, for some, a reason. Raises NotThere."""
    step = STEP[action]
    with hold(work, number) as (tx, s):
        taken = s.status is step.after or (action is Action.REQUEST_DTE and s.status is Status.DTE_SENT)
        if taken and s.status_by == work.actor.label and sent_twice(work, s, version, action):
            return Unchanged()
        if stopped := stop(work, s, version, action):
            return stopped
        if step.reason and not reason:
            return Invalid({"reason": step.reason.missing})
        write(tx, work, s, action.value, step_values(work, action), reason=reason)
        if step.told:
            what, body = step.told
            tell_centre(tx, work, s, f"Session {s.number} {what}", f"{body}{f' Motif : {reason}' if reason else ''}")
        if action is Action.REQUEST_DTE and limits(tx).dte_automatic:
            return _dte_leaves_by_itself(tx, work, s)
        return Saved(f"Statut enregistré : {step.after.label}.")


def _dte_leaves_by_itself(tx: Connection, work: Work, s: SessionRow) -> Outcome:
    """The national account has set the sending of the DTE to automatic: it follows the request in the same transaction."""
    tx.execute(update(exam_session).where(exam_session.c.id == s.number).values(status=Status.DTE_SENT.value))
    before, after = {"status": Status.DTE_REQUESTED.value}, {"status": Status.DTE_SENT.value}
    work.record(tx, "send_dte_automatic", session_id=s.number, before=before, after=after)
    return Saved(f"DTE demandé, et envoyé aussitôt. Statut enregistré : {Status.DTE_SENT.label}.")
