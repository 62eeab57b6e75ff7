"""A centre asks its unit for a postponement, or for a session on an expired title. Sent twice, a form asks once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from portal.core.approvals import of_title
from portal.core.centres import own
from portal.core.dates import end_first, not_ahead
from portal.core.doubts import doubtful_span
from portal.core.finding import find as find_session
from portal.core.holding import hold, stop
from portal.core.outcomes import Dated, Doubtful, Invalid, NotThere
from portal.core.session import SessionRow
from portal.core.telling import Message, tell, unit_of
from portal.rules.duties import Duty
from portal.rules.expired import expiry, why_not_ask
from portal.rules.french import day
from portal.rules.lifecycle import Action, Role
from portal.rules.rights import Refused, may
from portal.rules.titles import Approved, may_start
from portal.store.requests import RequestKind, RequestStatus, request
from portal.store.titles import title
from portal.store.work import Work


@dataclass(frozen=True)
class Made:
    request_id: int
    again: bool = False


@dataclass(frozen=True)
class Told:
    """How a new request is told to its unit; `more`: what its event keeps besides."""

    subject: str
    body: str
    more: Mapping[str, Any] = field(default_factory=dict)


# What the event of a request keeps of its columns.
RECORDED = (
    "kind",
    "wanted_start",
    "wanted_end",
    "approval_number",
    "lockdown_cause",
    "registered",
    "title_id",
    "centre_id",
)


def _already_open(request_id: int) -> str:
    """Why a second request on a session is not made."""
    return f"La demande n° {request_id} est déjà ouverte sur cette session : retirez-la d’abord."


def why_not_made(s: SessionRow, reason: str) -> dict[str, str]:
    """What keeps a centre from asking about this session: another request that waits, or no reason, on its field."""
    if s.open_request:
        return {"reason": _already_open(s.open_request)}
    return {} if reason else {"reason": "Indiquez le motif : votre unité locale décide d’après lui."}


def on_session(s: SessionRow, kind: RequestKind, starts_on: date, ends_on: date, reason: str) -> dict[str, Any]:
    """The columns of a request on this session."""
    return {
        "kind": kind.value,
        "centre_id": s.centre_id,
        "department_code": s.department_code,
        "title_id": s.title_id,
        "session_id": s.number,
        "wanted_start": starts_on,
        "wanted_end": ends_on,
        "reason": reason,
        "lockdown_cause": False,
    }


def _wish(centre_name: str, starts_on: date, ends_on: date) -> str:
    return f"{centre_name} souhaite les dates du {day(starts_on)} au {day(ends_on)}."


def ask_postponement(
    work: Work, number: int, version: int, *, starts_on: date, ends_on: date, reason: str, key: str, confirmed: str = ""
) -> Dated | Made:
    """The centre asks its unit to move a session. Raises NotThere."""
    digest = work.form_key("request", number, key)
    with hold(work, number) as (tx, s):
        if made := before(tx, digest):
            return made
        if stopped := stop(work, s, version, Action.ASK_POSTPONEMENT):
            return stopped
        wrong_dates = {**not_ahead(s, starts_on, ends_on, work.on.today), **end_first(starts_on, ends_on)}
        if errors := {**wrong_dates, **why_not_made(s, reason)}:
            return Invalid(errors)
        about = f"request for {number}, version {version}"
        if doubt := doubtful_span(
            work, about, ("starts_on", starts_on), ("ends_on", ends_on), confirmed, (s.starts_on, s.ends_on)
        ):
            return doubt
        values = on_session(s, RequestKind.POSTPONEMENT, starts_on, ends_on, reason)
        told = Told(f"Session {number} : demande de report", _wish(s.centre_name, starts_on, ends_on))
        return make(tx, work, values, digest, told)


def ask_expired(
    work: Work,
    *,
    title_id: int,
    approval_number: str,
    starts_on: date,
    ends_on: date,
    lockdown_cause: bool,
    registered: bool,
    reason: str,
    key: str,
    number: int | None = None,
    confirmed: str = "",
) -> Made | Invalid | Doubtful | Refused:
    """The centre asks for a session on an expired title (domain.md 7, 2). `number`: a session that is to be moved;
    `registered`: its candidates were registered before the expiry, says the centre. Raises NotThere for anybody else."""
    who = work.actor
    if not who.may(Duty.ASK_UNIT) or who.centre_id is None:
        raise NotThere
    digest = work.form_key("request", key)
    with work.db.writing() as tx:
        s = _own_session(tx, work, number)
        if made := before(tx, digest):
            return made
        centre = own(tx, who.centre_id, work.unit_label)
        if isinstance(centre.begins, Refused) and number is None:
            return centre.begins
        known = tx.execute(select(title).where(title.c.id == title_id)).one_or_none()
        errors = _why_not_expired(known, of_title(tx, who.centre_id, title_id), starts_on, approval_number, work.on.today)
        errors |= _undeclared(starts_on, ends_on, lockdown_cause, registered, reason)
        errors |= _why_not_moved(s, title_id, work.on.today) if number is not None else {}
        if errors:
            return Invalid(errors)
        about = f"request on title {title_id}, form {digest}, version {s.version if s else 'none'}"
        if doubt := doubtful_span(work, about, ("starts_on", starts_on), ("ends_on", ends_on), confirmed):
            return doubt
        wish = {"wanted_start": starts_on, "wanted_end": ends_on, "reason": reason}
        of = {"centre_id": who.centre_id, "department_code": centre.department_code, "title_id": title_id, "session_id": number}
        declared = {"approval_number": approval_number, "lockdown_cause": True, "registered": True}
        values = {"kind": RequestKind.EXPIRED.value, **of, **wish, **declared}
        assert known
        told = Told(f"Titre échu {known.code} : demande de session", _wish(centre.name, starts_on, ends_on))
        return make(tx, work, values, digest, told)


def _why_not_moved(s: SessionRow | None, title_id: int, today: date) -> dict[str, str]:
    """Why the session whose number was typed is not asked for: its unit could not move it."""
    if s is None or s.title_id != title_id:
        return {"session": "Vous n’avez pas de session de ce numéro sur ce titre : laissez vide pour une session à créer."}
    verdict = may(s.person(Role.CENTRE), Action.ASK_EXPIRED, s.facts, today)
    if isinstance(verdict, Refused):
        return {"session": f"{verdict.reason} {verdict.helper}"}
    return {"session": _already_open(s.open_request)} if s.open_request else {}


def _undeclared(starts_on: date, ends_on: date, lockdown_cause: bool, registered: bool, reason: str) -> dict[str, str]:
    """What the centre must still say or declare, a sentence for each field."""
    errors = end_first(starts_on, ends_on)
    if not lockdown_cause:
        errors["lockdown"] = "Cette demande n’est ouverte que si le confinement est la cause : déclarez-le, si c’est le cas."
    if not registered:
        errors["registered"] = (
            "Cette demande n’est ouverte qu’aux candidats inscrits avant l’échéance : déclarez-le, si c’est le cas."
        )
    if not reason:
        errors["reason"] = "Expliquez en quoi le confinement a empêché la session."
    return errors


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


def make(tx: Connection, work: Work, values: Mapping[str, Any], digest: str, told: Told) -> Made:
    """The request of these columns stands, is recorded, and its unit is told."""
    who = {"made_at": work.on.now, "made_by": work.actor.signature, "made_by_id": work.actor.id, "creation_key": digest}
    row = {**values, **who, "status": RequestStatus.OPEN.value}
    number = int(tx.execute(insert(request).values(row).returning(request.c.id)).scalar_one())
    after = {"request": number, **{n: values[n] for n in RECORDED if n in values}, **told.more}
    about = f"request {number}"
    work.record(tx, "request_made", session_id=values["session_id"], subject=about, after=after, reason=values["reason"])
    body = f"{told.body} Motif : {values['reason']}"
    tell(tx, work, unit_of(values["department_code"]), Message(told.subject, body, f"/demandes/{number}"))
    return Made(number)


def before(tx: Connection, digest: str) -> Made | None:
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
