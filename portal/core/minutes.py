"""The signed minutes of a session, as pages, papers and the trail read them."""

from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import Connection, select

from portal.store.minutes import minutes, minutes_part
from portal.store.personal import Shown, signed


def paper_of(conn: Connection, number: int) -> Shown | None:
    """What is deposited for this session, with the names of those who did it and decided on it; None where nothing is."""
    rows = conn.execute(select(minutes).where(minutes.c.session_id == number)).all()
    return next(iter(signed(conn, rows)), None)


def parts(conn: Connection, number: int) -> Iterator[bytes]:
    """Its PDF, part by part; nothing once it was erased with the people of the session."""
    query = select(minutes_part.c.data).where(minutes_part.c.session_id == number).order_by(minutes_part.c.number)
    with conn.execute(query) as rows:
        yield from rows.scalars()


def digest_of(conn: Connection, number: int) -> str:
    """The SHA-256 of what is kept of it."""
    found = sha256()
    for part in parts(conn, number):
        found.update(part)
    return found.hexdigest()
