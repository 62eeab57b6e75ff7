"""Withdrawing and answering a request: whoever comes second is told what the first one did."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, update

from portal.core.dates import end_first
from portal.core.doubts import doubtful_span
from portal.core.finding import find as find_session
from portal.core.holding import stop
from portal.core.outcomes import Changed, Dated, Doubtful, Invalid, NotThere, Saved
from portal.core.session import SessionRow
from portal.core.telling import Message, centre_of, tell, unit_of
from portal.features.postponements.actions import move, to_state_anew
from portal.features.requests.asking import Made, ask_expired, ask_postponement
from portal.features.requests.consequences import with_way_on
from portal.features.requests.queries import Asked, find, may_answer
from portal.rules.duties import Duty
from portal.rules.expired import why_not_ask
from portal.rules.french import day
from portal.rules.lifecycle import Action
from portal.rules.rights import Refused
from portal.store.requests import RequestKind, RequestStatus, request
from portal.store.work import Work

# All that happens to a request is found here, whichever side does it.
__all__ = [
    "Answered",
    "Made",
    "accept",
    "accept_several",
    "ask_expired",
    "ask_postponement",
    "close_corrected",
    "refuse",
    "refuse_several",
    "to_correct",
    "why_not_done",
    "withdraw",
]


@dataclass(frozen=True)
class Answered:
    """Somebody was faster: the request as it stands now."""

    asked: Asked


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
    work: Work,
    request_id: int,
    version: int | None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    note: str = "",
    confirmed: str = "",
) -> Dated | Answered:
    """Accept, on the wanted dates or on others: the session is moved in the same transaction, if the rule allows it now.

    `version`: of the session that the unit read; None where the request has no session yet. `confirmed`: the seal of the
    question about unlikely dates that is answered. Raises NotThere, for whoever is not of a unit too.
    """
    with _hold(work, request_id, Duty.ANSWER_REQUESTS) as (tx, asked, s):
        return _accept(tx, work, asked, s, version, starts_on or asked.wanted_start, ends_on or asked.wanted_end, note, confirmed)


def _accept(
    tx: Connection,
    work: Work,
    asked: Asked,
    s: SessionRow | None,
    version: int | None,
    start: date,
    end: date,
    note: str,
    confirmed: str,
) -> Dated | Answered:
    if not may_answer(work.actor, asked):
        return Answered(asked)
    if asked.kind is RequestKind.CORRECTION:
        return Invalid(
            {"request": "Une correction s’accepte en l’enregistrant : ouvrez la demande, puis choisissez « Accepter »."}
        )
    if wrong := end_first(start, end):
        return Invalid(wrong)
    if asked.kind is RequestKind.EXPIRED and (why := why_not_ask(asked.expiry, start, work.on.today)):
        return Invalid({"starts_on": why})
    stopped = stop(work, s, version, Action.POSTPONE) if s is not None else None
    if isinstance(stopped, Refused):
        return with_way_on(stopped, s, work.on.today)
    if stopped:
        return stopped
    if not_granted := _grant(tx, work, asked, s, start, end, note, confirmed):
        return not_granted
    _record(tx, work, asked, "request_accepted", reason=note, granted_start=start, granted_end=end)
    dates = f"du {day(start)} au {day(end)}"
    other = "" if (start, end) == (asked.wanted_start, asked.wanted_end) else ", à d’autres dates que les vôtres"
    done = f"La session va désormais {dates}" if s is not None else f"Vous pouvez créer la session {dates}"
    anew = to_state_anew(s) if s is not None else ""
    _tell_centre(tx, work, asked, f"acceptée{other}", f"{done}.{anew}{f' {note}' if note else ''}")
    return Saved(f"Demande acceptée : {dates}. Le centre est prévenu.")


def _grant(
    tx: Connection, work: Work, asked: Asked, s: SessionRow | None, start: date, end: date, note: str, confirmed: str
) -> Invalid | Doubtful | None:
    """The request is accepted and its session moved, or neither.

    The grant stands before the session is moved: an expired title allows the move within it alone. What cannot be done, or
    must be asked once more, takes it back with it (the savepoint).
    """
    if s is None:
        about = f"grant of request {asked.id}"
        if doubt := doubtful_span(work, about, ("starts_on", start), ("ends_on", end), confirmed):
            return doubt
    with tx.begin_nested() as point:
        _close(tx, work, asked, RequestStatus.ACCEPTED, answer=note or None, granted_start=start, granted_end=end)
        if s is not None:
            moved = move(tx, work, s, start, end, asked.reason, asked.id, confirmed=confirmed)
            if not isinstance(moved, Saved):
                point.rollback()
                return moved
    return None


def accept_several(work: Work, chosen: Mapping[int, int | None]) -> dict[int, Dated | Answered]:
    """Accept each of these requests on its wanted dates, where it is allowed: what happened to each. `chosen`: the version
    of the session that was read, by request. One on an expired title is never accepted so: it is read by itself."""
    return {request_id: _accept_one(work, request_id, version) for request_id, version in chosen.items()}


def refuse_several(work: Work, chosen: Iterable[int], reason: str) -> dict[int, Dated | Answered]:
    """Refuse each of these requests for one reason: what happened to each."""
    return {request_id: _refuse_one(work, request_id, reason) for request_id in chosen}


def _refuse_one(work: Work, request_id: int, reason: str) -> Dated | Answered:
    try:
        return refuse(work, request_id, reason)
    except NotThere:
        return Invalid({"request": "Cette demande n’existe pas."})


def _accept_one(work: Work, request_id: int, version: int | None) -> Dated | Answered:
    """One of several: what is not there does not keep the others from being accepted."""
    try:
        with _hold(work, request_id, Duty.ANSWER_REQUESTS) as (tx, asked, s):
            if asked.open and asked.kind is RequestKind.EXPIRED:
                return Invalid({"request": "Une demande sur un titre échu s’examine seule : ouvrez-la pour y répondre."})
            return _accept(tx, work, asked, s, version, asked.wanted_start, asked.wanted_end, "", "")
    except NotThere:
        return Invalid({"request": "Cette demande n’existe pas."})


def why_not_done(outcome: Dated | Answered) -> str:
    """Why a request could not be answered so, as a sentence."""
    if isinstance(outcome, Refused):
        return outcome.reason
    if isinstance(outcome, Invalid):
        return " ".join(outcome.errors.values())
    if isinstance(outcome, Changed):
        return "La session a été modifiée entre-temps : relisez la demande."
    if isinstance(outcome, Doubtful):
        return f"Date à confirmer, en ouvrant la demande : {' ; '.join(doubt.words for doubt in outcome.doubts)}."
    if isinstance(outcome, Answered):
        return f"La demande est déjà {outcome.asked.label.lower()}."
    return outcome.message


def to_correct(tx: Connection, work: Work, request_id: int, s: SessionRow) -> Asked | None:
    """The correction that a centre asks for on this session, which is held; None where it no longer waits for an answer."""
    try:
        asked = find(tx, work.actor, request_id, for_update=True)
    except NotThere:
        return None
    fits = asked.kind is RequestKind.CORRECTION and asked.session_id == s.number
    return asked if fits and may_answer(work.actor, asked) else None


def close_corrected(tx: Connection, work: Work, asked: Asked) -> None:
    """The correction that was asked for is being saved: its request is accepted with it, and the centre is told."""
    granted: dict[str, Any] = {"granted_start": asked.wanted_start, "granted_end": asked.wanted_end}
    _close(tx, work, asked, RequestStatus.ACCEPTED, **granted)
    _record(tx, work, asked, "request_accepted", kind=asked.kind.value, **granted)
    _tell_centre(tx, work, asked, "acceptée", "Le résultat est corrigé : vous le lisez sur la page de la session.")


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


def _close(tx: Connection, work: Work, asked: Asked, status: RequestStatus, **values: Any) -> None:
    closed = {"status": status.value, "answered_at": work.on.now, "answered_by": work.actor.signature, **values}
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
