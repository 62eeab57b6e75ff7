"""What people do to a session besides its results: each function is one thing that a person does."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, update

from portal.core.approvals import of_title
from portal.core.convening import convene, told_void, void_papers
from portal.core.dates import date_errors
from portal.core.doubts import doubtful, doubtful_span
from portal.core.grants import of_session
from portal.core.holding import hold, sent_twice, step_values, stop, write
from portal.core.outcomes import Dated, Invalid, Outcome, Saved, Unchanged
from portal.core.session import SessionRow
from portal.core.telling import tell_centre
from portal.rules.checks import incomplete
from portal.rules.french import day, plural
from portal.rules.lifecycle import Action, Status
from portal.rules.plausible import real_end
from portal.rules.rights import Refused, does, may
from portal.rules.steps import STEP
from portal.rules.titles import may_start
from portal.store.limits import limits
from portal.store.sessions import exam_session
from portal.store.work import Work


@dataclass(frozen=True)
class Practical:
    """What the block « Informations pratiques » holds. The dates are None where the page shows them as text."""

    starts_on: date | None
    ends_on: date | None
    place: str
    hour: str
    session_manager: str


def edit_practical(work: Work, number: int, version: int, wanted: Practical, confirmed: str = "") -> Dated:
    """Change the block « Informations pratiques ». Raises NotThere."""
    with hold(work, number) as (tx, s):
        changed = {name: value for name, value in asdict(wanted).items() if value not in (None, getattr(s, name))}
        if not changed and does(work.actor.role, Action.EDIT_PRACTICAL):
            return Unchanged()
        if stopped := stop(work, s, version, Action.EDIT_PRACTICAL) or _dates_stop(work, s, changed):
            return stopped
        start, end = wanted.starts_on or s.starts_on, wanted.ends_on or s.ends_on
        errors = (date_errors(tx, s, start, end) or _contradicted(s, start, end)) if DATES & changed.keys() else _lost(s, changed)
        if not errors and s.approval_id is not None and "starts_on" in changed:
            approval = may_start(of_title(tx, s.centre_id, s.title_id), start, granted=bool(of_session(tx, s.number)))
            if isinstance(approval, str):
                errors = {"starts_on": approval}
            elif approval.id != s.approval_id:
                changed["approval_id"] = approval.id
        if errors:
            return Invalid(errors)
        about = f"practical of {number}, version {version}"
        if asked := doubtful_span(work, about, ("starts_on", start), ("ends_on", end), confirmed, (s.starts_on, s.ends_on)):
            return asked
        # What was not known on a session taken over is completed; what stood on the papers is changed.
        void = void_papers(s) if any(getattr(s, name) for name in changed.keys() & {"place", "hour"}) else {}
        write(tx, work, s, "practical", {**changed, **void})
        again = told_void(s, void, s.facts.believed_last_day, work.on.today)
        still = incomplete(replace(s.facts, place=wanted.place, manager=wanted.session_manager), work.on.today)
        before = f" Avant les convocations : {' '.join(still)}" if still else ""
        return Saved(f"Informations pratiques enregistrées.{again}{before}")


def _contradicted(s: SessionRow, starts_on: date, ends_on: date) -> dict[str, str]:
    """What the centre has said already of the exam, and these dates contradict: its real end, its days."""
    if s.actual_end_on and s.actual_end_on < starts_on:
        return {"starts_on": f"La date de début ne peut pas suivre la date réelle de fin déjà saisie ({day(s.actual_end_on)})."}
    if not s.exam_starts_on or not s.exam_ends_on or s.exam_ends_on <= ends_on or ends_on == s.ends_on:
        return {}
    days = f"du {day(s.exam_starts_on)} au {day(s.exam_ends_on)}"
    return {"ends_on": f"Les jours d’examen indiqués vont {days} : la fin ne peut pas les précéder. Changez-les d’abord."}


def _lost(s: SessionRow, changed: Mapping[str, Any]) -> dict[str, str]:
    """What convened candidates know may change, but not be emptied."""
    if s.status is not Status.CONVOKED:
        return {}
    return {name: LOST for name in ("place", "hour", "session_manager") if getattr(s, name) and changed.get(name) == ""}


LOST = "Les candidats convoqués doivent le savoir : indiquez la nouvelle valeur."
DATES = {"starts_on", "ends_on"}


def _dates_stop(work: Work, s: SessionRow, changed: Mapping[str, Any]) -> Refused | None:
    """Why the dates of the block may not change, if they are to."""
    for name, action in (("starts_on", Action.EDIT_START), ("ends_on", Action.EDIT_END)):
        if name in changed:
            verdict = may(s.person(work.actor.role), action, s.facts, work.on.today)
            if isinstance(verdict, Refused):
                return verdict
    return None


def set_actual_end(work: Work, number: int, version: int, actual_end_on: date, confirmed: str = "") -> Dated:
    """Enter, or change, the real end date of an automatically postponed session. Raises NotThere."""
    with hold(work, number) as (tx, s):
        stopped = stop(work, s, version, Action.SET_ACTUAL_END)
        if s.actual_end_on == actual_end_on and not isinstance(stopped, Refused):
            return Unchanged("Cette date réelle de fin est déjà enregistrée.")
        if stopped:
            return stopped
        if why := _too_early(s, actual_end_on):
            return Invalid({"actual_end_on": why})
        content = {"about": f"real end of {number}, version {version}", "end": actual_end_on}
        doubts = real_end("actual_end_on", actual_end_on, work.on.today, s.ends_on, s.exam_ends_on)
        if asked := doubtful(work, doubts, content, confirmed):
            return asked
        write(tx, work, s, "actual_end", {"actual_end_on": actual_end_on, "actual_end_checked": False})
        return Saved(f"Date réelle de fin enregistrée : {day(actual_end_on)}.")


def _too_early(s: SessionRow, actual_end_on: date) -> str:
    """Why the exam cannot have ended by then; empty when it can."""
    if actual_end_on < s.starts_on:
        return f"La date réelle de fin ne peut pas précéder la date de début ({day(s.starts_on)})."
    if s.exam_starts_on and actual_end_on < s.exam_starts_on:
        return (
            f"La date réelle de fin ne peut pas précéder le premier jour d’examen, le {day(s.exam_starts_on)} : "
            "corrigez d’abord les jours d’examen s’ils ont changé."
        )
    return ""


def advance(work: Work, number: int, version: int, action: Action, reason: str = "") -> Outcome:
    """Take a step of the session's life that needs nothing typed but, for some, a reason. Raises NotThere."""
    step = STEP[action]
    with hold(work, number) as (tx, s):
        taken = (s.status is step.after and not (action is Action.CONVOKE_AGAIN and s.unconvened)) or (
            action is Action.REQUEST_DTE and s.status is Status.DTE_SENT
        )
        if taken and s.status_by == work.actor.signature and sent_twice(work, s, version, action):
            return Unchanged()
        if stopped := stop(work, s, version, action):
            return stopped
        if (asked := step.asks(s.facts)) and not reason:
            return Invalid({"reason": asked.missing})
        values, told = step_values(work, s, action), dict[str, Any]()
        if action in CONVENES:
            values |= {"convocation": max(s.convocation, 1)}
            told = convene(tx, work, s, values["convocation"])
        write(tx, work, s, action.value, values, reason=reason, after=told)
        if step.told:
            what, body = step.told
            tell_centre(
                tx, work, s, f"Session {s.number} {what}", f"{body.format(unit=s.unit)}{f' Motif : {reason}' if reason else ''}"
            )
        if action is Action.REQUEST_DTE and limits(tx).dte_automatic:
            return _dte_leaves_by_itself(tx, work, s)
        if action in CONVENES:
            return Saved(_sent_for(told))
        return Saved(f"C’est enregistré : la session est maintenant au statut « {step.after.label} ».")


CONVENES = (Action.CONVOKE, Action.CONVOKE_AGAIN)


def _sent_for(told: Mapping[str, Any]) -> str:
    """How many convocations leave by mail, and how many are to be handed over."""
    mailed, paper = (sum(key.startswith("c") for key in told[how]) for how in ("mailed", "paper"))
    parts = [plural(mailed, "convocation part", "convocations partent") + " par courriel"] if mailed else []
    parts += [plural(paper, "convocation est", "convocations sont") + " à remettre en main propre"] if paper else []
    return f"C’est enregistré : {', '.join(parts)}."


def check_actual_end(work: Work, number: int, version: int, note: str) -> Outcome:
    """The unit has looked at a real end date that lies past the postponed one, and says what it found. Raises NotThere."""
    with hold(work, number) as (tx, s):
        if s.actual_end_checked and sent_twice(work, s, version, Action.CHECK_ACTUAL_END):
            return Unchanged()
        if stopped := stop(work, s, version, Action.CHECK_ACTUAL_END):
            return stopped
        if not note:
            return Invalid({"note": "Indiquez ce que vous avez vérifié : la note reste dans l’historique."})
        write(tx, work, s, "actual_end_checked", {"actual_end_checked": True}, reason=note)
        return Saved("Date réelle vérifiée. Votre note est dans l’historique.")


def _dte_leaves_by_itself(tx: Connection, work: Work, s: SessionRow) -> Outcome:
    """The national account has set the sending of the DTE to automatic: it follows the request in the same transaction."""
    tx.execute(update(exam_session).where(exam_session.c.id == s.number).values(status=Status.DTE_SENT.value))
    before, after = {"status": Status.DTE_REQUESTED.value}, {"status": Status.DTE_SENT.value}
    work.record(tx, "send_dte_automatic", session_id=s.number, before=before, after=after)
    return Saved(f"DTE demandé, et envoyé aussitôt : la session est maintenant au statut « {Status.DTE_SENT.label} ».")
