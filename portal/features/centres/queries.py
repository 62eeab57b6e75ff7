"""The centres that a person may see, one of them, and what closing it would touch."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select, tuple_

from portal.core.outcomes import NotThere
from portal.rules.lifecycle import ACTIVE, Status
from portal.store.accounts import account
from portal.store.actors import Actor
from portal.store.places import centre, department
from portal.store.requests import RequestStatus, request, stands_at
from portal.store.scope import within
from portal.store.sessions import exam_session, session_total
from portal.store.text import digits_in, fold

PAGE = 50
OPEN, CLOSED = "ouverts", "fermes"

_CENTRES: Select[Any] = (
    select(centre, department.c.name.label("department_name"), func.coalesce(session_total.c.number, 0).label("sessions"))
    .join(department, department.c.code == centre.c.department_code)
    .outerjoin(session_total, session_total.c.centre_id == centre.c.id)
)


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to: words, a department, the open or the closed ones."""

    search: str = ""
    department: str = ""
    state: str = ""

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """On centre."""
        found: list[ColumnElement[bool]] = []
        if digits := digits_in(self.search):
            found.append(centre.c.siret.startswith(digits))
        else:
            words = fold(self.search).split()[:5]
            found += [or_(centre.c.search_key.contains(w, autoescape=True), centre.c.siret.startswith(w)) for w in words]
        if self.department:
            found.append(centre.c.department_code == self.department)
        if self.state in (OPEN, CLOSED):
            found.append(centre.c.closed_on.is_(None) if self.state == OPEN else centre.c.closed_on.is_not(None))
        return found


def scope(actor: Actor) -> ColumnElement[bool]:
    """A condition on centre: those that this person may see."""
    return within(actor, centre.c.department_code, centre.c.id)


def page(conn: Connection, actor: Actor, wanted: Wanted, after: int = 0) -> tuple[list[Row[Any]], int | None]:
    """Fifty centres by name, and the number after which the next page begins. One query."""
    query = _CENTRES.where(scope(actor), *wanted.conditions).order_by(centre.c.search_key, centre.c.id)
    if after:
        last = select(centre.c.search_key, centre.c.id).where(centre.c.id == after).scalar_subquery()
        query = query.where(tuple_(centre.c.search_key, centre.c.id) > last)
    rows = list(conn.execute(query.limit(PAGE + 1)))
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def departments(conn: Connection, actor: Actor) -> list[Row[Any]]:
    """The departments that have a centre that this person may see: code and name, in order."""
    there = select(centre.c.id).where(centre.c.department_code == department.c.code, scope(actor)).exists()
    return list(conn.execute(select(department.c.code, department.c.name).where(there).order_by(department.c.code)))


def found(conn: Connection, actor: Actor, centre_id: int) -> Row[Any]:
    """One centre. Raises NotThere for one that does not exist, or is not this person's to see."""
    row = conn.execute(_CENTRES.where(centre.c.id == centre_id, scope(actor))).one_or_none()
    if row is None:
        raise NotThere
    return row


def card(c: Row[Any]) -> dict[str, str]:
    """What of a centre may change, by the name of its field."""
    return {"name": c.name, "address": c.address, "email": c.email, "phone": c.phone}


@dataclass(frozen=True)
class Touched:
    """What a closing leaves standing: sessions that are not over, by status; requests that wait; accounts that are open."""

    sessions: dict[Status, int]
    requests: int
    accounts: int

    @property
    def active(self) -> int:
        return sum(self.sessions.values())


def touched(conn: Connection, centre_id: int) -> Touched:
    """What closing this centre would touch. Three queries."""
    s = exam_session.c
    by_status = conn.execute(
        select(s.status, func.count())
        .where(s.centre_id == centre_id, s.status.in_([status.value for status in ACTIVE]))
        .group_by(s.status)
    )
    counted = {Status(status): number for status, number in by_status}
    waiting = select(func.count()).where(request.c.centre_id == centre_id, stands_at(RequestStatus.OPEN))
    people = select(func.count()).where(account.c.centre_id == centre_id, account.c.closed_at.is_(None))
    return Touched(
        {status: counted[status] for status in ACTIVE if status in counted},
        conn.execute(waiting).scalar_one(),
        conn.execute(people).scalar_one(),
    )
