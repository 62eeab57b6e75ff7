"""Requests that a person may see: one, or a page of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from portal.clock import PARIS
from portal.core.outcomes import NotThere
from portal.core.sheet import decoded
from portal.features.requests.words import KINDS, STATES
from portal.rules.duties import Duty
from portal.rules.expired import Expiry, expiry
from portal.rules.french import number
from portal.rules.names import full_name
from portal.rules.outcomes import Entry
from portal.store.actors import Actor
from portal.store.audit import audit_event
from portal.store.candidates import candidate
from portal.store.personal import signed
from portal.store.places import centre, department
from portal.store.requests import RequestKind, RequestStatus, request, stands_at
from portal.store.scope import anybody_like, told, within
from portal.store.sessions import exam_session
from portal.store.titles import title

PAGE, COUNT_BOUND = 50, 1_000
# The views of the list by their words in the address; the first is what waits.
VIEWS: dict[str, RequestStatus | None] = {
    "ouvertes": RequestStatus.OPEN,
    "acceptees": RequestStatus.ACCEPTED,
    "refusees": RequestStatus.REFUSED,
    "retirees": RequestStatus.WITHDRAWN,
    "toutes": None,
}


@dataclass(frozen=True)
class Asked:
    """A request as its page and the list tell it."""

    id: int
    kind: RequestKind
    status: RequestStatus
    centre_id: int
    centre_name: str
    siret: str
    department_code: str
    unit_name: str
    unit_email: str | None
    unit_phone: str
    title_id: int
    title_code: str
    title_label: str
    expires_on: date | None
    extension_months: int
    session_id: int | None
    session_version: int | None
    session_start: date | None
    session_end: date | None
    approval_number: str
    wanted_start: date
    wanted_end: date
    reason: str
    lockdown_cause: bool
    made_at: datetime
    made_by: str
    answered_at: datetime | None
    answered_by: str | None
    answer: str | None
    granted_start: date | None
    granted_end: date | None
    candidate_id: int | None  # of a correction
    wanted_outcome: str  # of a correction: JSON of codes
    registered: bool
    last_name: str | None  # of the candidate of a correction
    first_name: str | None

    @property
    def candidate_name(self) -> str:
        """« NOM Prénom » of the candidate of a correction."""
        return full_name(self.last_name or "", self.first_name or "")

    @property
    def entry(self) -> Entry:
        """The results that a correction asks for; empty for any other request."""
        return decoded(json.loads(self.wanted_outcome)) if self.wanted_outcome else {}

    @property
    def open(self) -> bool:
        return self.status is RequestStatus.OPEN

    @property
    def made_on(self) -> date:
        return self.made_at.astimezone(PARIS).date()

    @property
    def label(self) -> str:
        return STATES[self.status]

    @property
    def kind_label(self) -> str:
        return KINDS[self.kind]

    @property
    def expiry(self) -> Expiry:
        return expiry(self.expires_on, self.extension_months)

    @property
    def dates_changed(self) -> bool:
        return self.granted_start is not None and (self.granted_start, self.granted_end) != (self.wanted_start, self.wanted_end)


_OWN = [c for c in request.c if c.name not in ("creation_key", "made_by_id")]
_SELECT: Select[Any] = (
    select(
        *_OWN,
        centre.c.name.label("centre_name"),
        centre.c.siret,
        department.c.unit_name,
        department.c.unit_email,
        department.c.unit_phone,
        title.c.code.label("title_code"),
        title.c.label.label("title_label"),
        title.c.expires_on,
        title.c.extension_months,
        exam_session.c.version.label("session_version"),
        exam_session.c.starts_on.label("session_start"),
        exam_session.c.ends_on.label("session_end"),
        candidate.c.last_name,
        candidate.c.first_name,
    )
    .join(centre, centre.c.id == request.c.centre_id)
    .join(department, department.c.code == request.c.department_code)
    .join(title, title.c.id == request.c.title_id)
    .outerjoin(exam_session, exam_session.c.id == request.c.session_id)
    .outerjoin(candidate, candidate.c.id == request.c.candidate_id)
)


def seen_by(actor: Actor) -> ColumnElement[bool]:
    return within(actor, request.c.department_code, request.c.centre_id)


def _asked(values: Mapping[str, Any]) -> Asked:
    return Asked(**{**values, "kind": RequestKind(values["kind"]), "status": RequestStatus(values["status"])})


def find(conn: Connection, actor: Actor, request_id: int, *, for_update: bool = False) -> Asked:
    """The request of this number, as this person may see it; `for_update` holds it. Raises NotThere."""
    query = _SELECT.where(request.c.id == request_id, seen_by(actor))
    row = conn.execute(query.with_for_update(of=request) if for_update else query).one_or_none()
    if row is None:
        raise NotThere
    return _asked(vars(*signed(conn, [row])))


def counts(conn: Connection, actor: Actor, department: str = "") -> dict[str, int]:
    """How many requests each view holds, in one department or in all that the person sees; those that are answered are counted
    to one more than COUNT_BOUND. One query."""
    row = conn.execute(_counts(anybody_like(actor), department), told(actor)).one()
    by_status = dict(zip(filter(None, VIEWS.values()), row, strict=True))
    all_ = COUNT_BOUND + 1 if max(row) > COUNT_BOUND else sum(row)
    return {key: all_ if status is None else by_status[status] for key, status in VIEWS.items()}


@lru_cache(maxsize=512)
def _counts(anybody: Actor, department: str) -> Select[*tuple[int, ...]]:
    where = _seen(anybody, department)
    return select(*(_counted(status, *where).label(status.name.lower()) for status in VIEWS.values() if status))


def _counted(status: RequestStatus, *where: ColumnElement[bool]) -> ColumnElement[int]:
    found = select(request.c.id).where(stands_at(status), *where)
    found = found if status is RequestStatus.OPEN else found.limit(COUNT_BOUND + 1)
    return select(func.count()).select_from(found.subquery()).scalar_subquery()


def in_words(count: int, view: str) -> str:
    """« 41 », « plus de 1 000 »; what waits is counted to the end."""
    waits = VIEWS[view] is RequestStatus.OPEN
    return number(count) if waits or count <= COUNT_BOUND else f"plus de {number(COUNT_BOUND)}"


def waiting_by_department(conn: Connection, actor: Actor) -> dict[str, int]:
    """How many requests wait for their answer, department by department. One query."""
    where = (seen_by(actor), stands_at(RequestStatus.OPEN))
    rows = conn.execute(select(request.c.department_code, func.count()).where(*where).group_by(request.c.department_code))
    return {code: int(count) for code, count in rows}


def dates_before(conn: Connection, page: Sequence[Asked]) -> dict[int, tuple[date, date]]:
    """From which dates those that were accepted moved their sessions, by number of the request. One query, or none."""
    moved = {a.session_id for a in page if a.status is RequestStatus.ACCEPTED and a.kind is not RequestKind.CORRECTION} - {None}
    if not moved:
        return {}
    events = select(audit_event.c.before, audit_event.c.after)
    events = events.where(audit_event.c.session_id.in_(moved), audit_event.c.action == "postponed")
    found = {}
    for event in conn.execute(events):
        before, after = json.loads(event.before), json.loads(event.after)
        if of := after.get("request", after.get("demande")):
            found[int(of)] = date.fromisoformat(before["starts_on"]), date.fromisoformat(before["ends_on"])
    return found


def _seen(actor: Actor, department: str) -> list[ColumnElement[bool]]:
    return [seen_by(actor), *([request.c.department_code == department] if department else [])]


def page(
    conn: Connection, actor: Actor, view: str, before: int | None = None, department: str = ""
) -> tuple[Sequence[Asked], int | None]:
    """Fifty requests, and the number before which the next page begins. What waits is told oldest first, without pages
    before: it is answered from the top."""
    status = VIEWS[view]
    query = _SELECT.where(*_seen(actor, department), *([stands_at(status)] if status else []))
    oldest_first = status is RequestStatus.OPEN
    if before is not None:
        query = query.where(request.c.id > before if oldest_first else request.c.id < before)
    order = request.c.id.asc() if oldest_first else request.c.id.desc()
    rows = [_asked(row._asdict()) for row in conn.execute(query.order_by(order).limit(PAGE + 1))]  # the list names nobody
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def may_answer(actor: Actor, asked: Asked) -> bool:
    return asked.open and actor.may(Duty.ANSWER_REQUESTS) and actor.department_code == asked.department_code


def may_withdraw(actor: Actor, asked: Asked) -> bool:
    return asked.open and actor.may(Duty.ASK_UNIT)
