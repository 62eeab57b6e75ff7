"""Asking, withdrawing, answering: whoever comes second is told what the first one did."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from portal.core.approvals import of_title
from portal.core.dates import not_ahead
from portal.core.finding import find as find_session
from portal.core.holding import hold, stop
from portal.core.outcomes import Invalid, NotThere, Outcome, Saved
from portal.core.session import SessionRow
from portal.core.telling import Message, centre_of, tell, unit_of
from portal.features.postponements.actions import move
from portal.features.requests.queries import Asked, find, may_answer
from portal.rules.duties import Duty
from portal.rules.expired import expiry, why_not_ask
from portal.rules.french import day
from portal.rules.lifecycle import Action
from portal.rules.rights import Refused
from portal.rules.titles import Approved, may_start
from portal.store.places import centre
from portal.store.requests import RequestKind, RequestStatus, request
from portal.store.titles import title
from portal.store.work import Work


@dataclass(frozen=True)
class Made:
    request_id: int
    again: bool = False


@dataclass(frozen=True)
class Answered:
    """Somebody was faster: the request as it stands now."""

    asked: Asked


def ask_postponement(
    work: Work, number: int, version: int, *, starts_on: date, ends_on: date, reason: str, key: str
) -> Outcome | Made:
    """The centre asks its unit to move a session. Raises NotThere."""
    digest = work.form_key("request", key)
    with hold(work, number) as (tx, s):
        if made := _before(tx, digest):
            return made
        if stopped := stop(work, s, version, Action.ASK_POSTPONEMENT):
            return stopped
        errors = not_ahead(s, starts_on, ends_on, work.on.today)
        if ends_on < starts_on:
            errors["ends_on"] = f"La date de fin ne peut pas précéder la date de début ({day(starts_on)})."
        if not reason:
            errors["reason"] = "Indiquez le motif : l’UD décide d’après lui."
        if s.open_request:
            errors["reason"] = f"La demande n° {s.open_request} est déjà ouverte sur cette session : retirez-la d’abord."
        if errors:
            return Invalid(errors)
        values = {
            "kind": RequestKind.POSTPONEMENT.value,
            "centre_id": s.centre_id,
            "department_code": s.department_code,
            "title_id": s.title_id,
            "session_id": number,
            "wanted_start": starts_on,
            "wanted_end": ends_on,
            "reason": reason,
            "lockdown_cause": False,
        }
        return _make(tx, work, values, digest, f"Session {number} : demande de report", s.centre_name)


def ask_expired(
    work: Work,
    *,
    title_id: int,
    approval_number: str,
    starts_on: date,
    ends_on: date,
    lockdown_cause: bool,
    reason: str,
    key: str,
    number: int | None = None,
) -> Made | Invalid:
    """The centre asks for a session on an expired title (domain.md 7, 2). `number`: a session that is to be moved.

    Raises NotThere for whoever is not of a centre.
    """
    who = work.actor
    if not who.may(Duty.ASK_UNIT) or who.centre_id is None:
        raise NotThere
    digest = work.form_key("request", key)
    with work.db.writing() as tx:
        s = _own_session(tx, work, number)
        if made := _before(tx, digest):
            return made
        own = tx.execute(select(centre).where(centre.c.id == who.centre_id)).one()
        known = tx.execute(select(title).where(title.c.id == title_id)).one_or_none()
        errors = _why_not_expired(known, of_title(tx, who.centre_id, title_id), starts_on, approval_number, work.on.today)
        if ends_on < starts_on:
            errors["ends_on"] = f"La date de fin ne peut pas précéder la date de début ({day(starts_on)})."
        if not lockdown_cause:
            errors["lockdown"] = "Cette demande n’est ouverte que si le confinement est la cause : déclarez-le, si c’est le cas."
        if not reason:
            errors["reason"] = "Expliquez en quoi le confinement a empêché la session."
        if number is not None and (s is None or s.title_id != title_id):
            errors["session"] = "Vous n’avez pas de session de ce numéro sur ce titre : laissez vide pour une session à créer."
        elif s is not None and s.open_request:
            errors["session"] = f"La demande n° {s.open_request} est déjà ouverte sur cette session : retirez-la d’abord."
        if errors:
            return Invalid(errors)
        values = {
            "kind": RequestKind.EXPIRED.value,
            "centre_id": who.centre_id,
            "department_code": own.department_code,
            "title_id": title_id,
            "session_id": number,
            "approval_number": approval_number,
            "wanted_start": starts_on,
            "wanted_end": ends_on,
            "reason": reason,
            "lockdown_cause": True,
        }
        assert known
        return _make(tx, work, values, digest, f"Titre échu {known.code} : demande de session", own.name)


def _why_not_expired(
    known: Row[Any] | None, approvals: Sequence[Approved], starts_on: date, approval_number: str, today: date
) -> dict[str, str]:
    """What is wrong of the title, of the day or of the approval; the first of them that is."""
    if known is None or not approvals:
        return {"title": "Choisissez un titre pour lequel votre centre a un agrément."}
    if why := why_not_ask(expiry(known.expires_on, known.extension_months), starts_on, today):
        return {"starts_on": why}
    held = may_start(approvals, starts_on, granted=True)
    if isinstance(held, str):
        return {"starts_on": held}
    if approval_number != held.number:
        return {"approval": f"À cette date, votre agrément pour ce titre est le n° {held.number}."}
    return {}


def _make(tx: Connection, work: Work, values: Mapping[str, Any], digest: str, subject: str, centre_name: str) -> Made:
    who = {"made_at": work.on.now, "made_by": work.actor.label, "made_by_id": work.actor.id, "creation_key": digest}
    row = {**values, **who, "status": RequestStatus.OPEN.value}
    number = int(tx.execute(insert(request).values(row).returning(request.c.id)).scalar_one())
    told = ("kind", "wanted_start", "wanted_end", "approval_number", "lockdown_cause", "title_id")
    after = {"request": number, **{n: values[n] for n in told if n in values}}
    work.record(
        tx,
        "request_made",
        session_id=values["session_id"],
        subject=f"request {number}",
        after=after,
        reason=values["reason"],
    )
    dates = f"du {day(values['wanted_start'])} au {day(values['wanted_end'])}"
    body = f"{centre_name} souhaite {dates}. Motif : {values['reason']}"
    tell(tx, work, unit_of(values["department_code"]), Message(subject, body, f"/demandes/{number}"))
    return Made(number)


# ---- the centre changes its mind


def withdraw(work: Work, request_id: int) -> Saved | Answered:
    """The centre takes its request back. Raises NotThere, for whoever is not of a centre too."""
    with _hold(work, request_id, Duty.ASK_UNIT) as (tx, asked, _):
        if not asked.open:
            mine = asked.status is RequestStatus.WITHDRAWN and asked.answered_by == work.actor.label
            return Saved("Demande déjà retirée.") if mine else Answered(asked)
        _close(tx, work, asked, RequestStatus.WITHDRAWN)
        _record(tx, work, asked, "request_withdrawn")
        message = Message(f"Demande n° {asked.id} retirée", f"{asked.centre_name} a retiré sa demande.", f"/demandes/{asked.id}")
        tell(tx, work, unit_of(asked.department_code), message)
        return Saved("Demande retirée.")


# ---- the unit answers


def refuse(work: Work, request_id: int, reason: str) -> Saved | Answered | Invalid:
    """Refuse, with a reason that the centre reads. Raises NotThere, for whoever is not of a unit too."""
    with _hold(work, request_id, Duty.ANSWER_REQUESTS) as (tx, asked, _):
        if not asked.open:
            return Answered(asked)
        if not reason:
            return Invalid({"refusal": "Indiquez le motif du refus : le centre le lit."})
        _close(tx, work, asked, RequestStatus.REFUSED, answer=reason)
        _record(tx, work, asked, "request_refused", reason=reason)
        _tell_centre(tx, work, asked, "refusée", f"Motif du refus : {reason}")
        return Saved("Demande refusée. Le centre en lit le motif.")


def accept(
    work: Work, request_id: int, version: int | None, starts_on: date | None = None, ends_on: date | None = None, note: str = ""
) -> Outcome | Answered:
    """Accept, on the wanted dates or on others: the session is moved in the same transaction, if the rule allows it now.

    `version`: of the session that the unit read; None where the request has no session yet.
    Raises NotThere, for whoever is not of a unit too.
    """
    with _hold(work, request_id, Duty.ANSWER_REQUESTS) as (tx, asked, s):
        if not may_answer(work.actor, asked):
            return Answered(asked)
        start, end = starts_on or asked.wanted_start, ends_on or asked.wanted_end
        if end < start:
            return Invalid({"ends_on": f"La date de fin ne peut pas précéder la date de début ({day(start)})."})
        if asked.kind is RequestKind.EXPIRED and (why := why_not_ask(asked.expiry, start, work.on.today)):
            return Invalid({"starts_on": why})
        stopped = stop(work, s, version, Action.POSTPONE) if s is not None else None
        if isinstance(stopped, Refused):
            return replace(stopped, helper="Refusez la demande avec ce motif, ou attendez que le centre la retire.")
        if stopped:
            return stopped
        if wrong := _grant(tx, work, asked, s, start, end, note):
            return wrong
        _record(tx, work, asked, "request_accepted", reason=note, granted_start=start, granted_end=end)
        dates = f"du {day(start)} au {day(end)}"
        other = "" if (start, end) == (asked.wanted_start, asked.wanted_end) else ", à d’autres dates que les vôtres"
        done = f"La session va désormais {dates}" if s is not None else f"Vous pouvez créer la session {dates}"
        _tell_centre(tx, work, asked, f"acceptée{other}", f"{done}.{f' {note}' if note else ''}")
        return Saved(f"Demande acceptée : {dates}. Le centre est prévenu.")


def _grant(tx: Connection, work: Work, asked: Asked, s: SessionRow | None, start: date, end: date, note: str) -> Invalid | None:
    """The request is accepted and its session moved, or neither.

    The grant stands before the session is moved: an expired title allows the move within it alone. What cannot be done
    takes it back with it (the savepoint).
    """
    with tx.begin_nested() as point:
        _close(tx, work, asked, RequestStatus.ACCEPTED, answer=note or None, granted_start=start, granted_end=end)
        if s is not None:
            moved = move(tx, work, s, start, end, asked.reason, asked.id)
            if isinstance(moved, Invalid):
                point.rollback()
                return moved
    return None


def accept_several(work: Work, chosen: Mapping[int, int | None]) -> dict[int, Outcome | Answered]:
    """Accept each of these requests on its wanted dates, where it is allowed: what happened to each. `chosen`: the version
    of the session that was read, by request."""
    return {request_id: _accept_one(work, request_id, version) for request_id, version in chosen.items()}


def _accept_one(work: Work, request_id: int, version: int | None) -> Outcome | Answered:
    """One of several: what is not there does not keep the others from being accepted."""
    try:
        return accept(work, request_id, version)
    except NotThere:
        return Invalid({"request": "Cette demande n’existe pas."})


# ---- what they share


@contextmanager
def _hold(work: Work, request_id: int, duty: Duty) -> Iterator[tuple[Connection, Asked, SessionRow | None]]:
    """One write transaction, and the request, which nobody else answers before it ends; its session, where it has one, is
    held first: in the order in which everybody takes them. Raises NotThere, for whoever has not this duty too."""
    if not work.actor.may(duty):
        raise NotThere
    with work.db.writing() as tx:
        seen = find(tx, work.actor, request_id)
        s = find_session(tx, work.actor, seen.session_id, work.unit_label, for_update=True) if seen.session_id else None
        yield tx, find(tx, work.actor, request_id, for_update=True), s


def _before(tx: Connection, digest: str) -> Made | None:
    """What the same form has made already."""
    found = tx.execute(select(request.c.id).where(request.c.creation_key == digest)).scalar()
    return Made(found, again=True) if found else None


def _own_session(tx: Connection, work: Work, number: int | None) -> SessionRow | None:
    """The session of the number that was typed, held; None when there is none for this person, which the form then says."""
    if number is None:
        return None
    try:
        return find_session(tx, work.actor, number, work.unit_label, for_update=True)
    except NotThere:
        return None


def _close(tx: Connection, work: Work, asked: Asked, status: RequestStatus, **values: Any) -> None:
    closed = {"status": status.value, "answered_at": work.on.now, "answered_by": work.actor.label, **values}
    tx.execute(update(request).where(request.c.id == asked.id).values(**closed))


def _record(tx: Connection, work: Work, asked: Asked, event: str, reason: str = "", **after: Any) -> None:
    work.record(
        tx,
        event,
        session_id=asked.session_id,
        subject=f"request {asked.id}",
        before={"answer": RequestStatus.OPEN.value},
        after={"request": asked.id, **after},
        reason=reason,
    )


def _tell_centre(tx: Connection, work: Work, asked: Asked, what: str, body: str) -> None:
    about = f"session {asked.session_id}" if asked.session_id else f"titre {asked.title_code}"
    message = Message(f"Demande n° {asked.id} ({about}) {what}", body, f"/demandes/{asked.id}")
    tell(tx, work, centre_of(asked.centre_id), message)
