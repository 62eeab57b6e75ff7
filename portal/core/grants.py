"""Dates that a unit has granted on an expired title: for one session, or for one still to be created."""

from sqlalchemy import ColumnElement, Connection, select

from portal.rules.expired import Granted
from portal.store.requests import RequestKind, RequestStatus, request


def of_session(conn: Connection, number: int) -> list[Granted]:
    """The dates granted for this session, oldest first."""
    return _granted(conn, request.c.session_id == number)


def to_create(conn: Connection, centre_id: int, title_id: int) -> list[Granted]:
    """What the centre may still create a session of this title within."""
    return _granted(conn, request.c.centre_id == centre_id, request.c.title_id == title_id, request.c.session_id.is_(None))


def _granted(conn: Connection, *where: ColumnElement[bool]) -> list[Granted]:
    rows = conn.execute(
        select(request.c.id, request.c.granted_start, request.c.granted_end)
        .where(request.c.kind == RequestKind.EXPIRED.value, request.c.status == RequestStatus.ACCEPTED.value, *where)
        .order_by(request.c.id)
    )
    return [Granted(*row) for row in rows]
