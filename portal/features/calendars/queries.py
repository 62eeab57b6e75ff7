"""The sessions of a month, and those of a private calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, or_, select, true

from portal.features.accounts.queries import by_id
from portal.rules.lifecycle import Status
from portal.store.actors import Actor
from portal.store.calendars import calendar_feed
from portal.store.conditions import known_end, known_start
from portal.store.places import centre
from portal.store.scope import visible_to
from portal.store.sessions import exam_session as s
from portal.store.titles import title

MOST = 1500
LONGEST_SESSION = timedelta(days=92)
BEHIND, AHEAD = timedelta(days=90), timedelta(days=365)


# A moved session whose centre has stated neither days nor a real end is marked so.
moved = s.c.postponed_run_id.is_not(None)

Shown = Row[Any]  # a session on its days


def between(conn: Connection, actor: Actor, first: date, last: date, department: str = "") -> Sequence[Shown]:
    """The sessions whose exam begins, or goes on, in these days, without those that are cancelled, in one department or all; one
    more than MOST at most."""
    query = (
        select(
            s.c.id.label("number"),
            known_start.label("starts_on"),
            known_end.label("ends_on"),
            (moved & s.c.exam_starts_on.is_(None) & s.c.actual_end_on.is_(None)).label("undated"),
            s.c.status,
            s.c.status_at,
            s.c.place,
            s.c.version,
            centre.c.name.label("centre_name"),
            title.c.code.label("title_code"),
            title.c.label.label("title_label"),
        )
        .join(centre, centre.c.id == s.c.centre_id)
        .join(title, title.c.id == s.c.title_id)
        .where(
            visible_to(actor),
            s.c.department_code == department if department else true(),
            s.c.status != Status.CANCELLED.value,
            or_(~moved & s.c.starts_on.between(first - LONGEST_SESSION, last), moved & (known_start <= last)),
            known_end >= first,
        )
        .order_by(known_start, s.c.id)
        .limit(MOST + 1)
    )
    return conn.execute(query).all()


@dataclass(frozen=True)
class Feed:
    account_id: int
    nonce: str


def feed_of(conn: Connection, account_id: int | None) -> Feed | None:
    row = conn.execute(select(calendar_feed).where(calendar_feed.c.account_id == account_id)).one_or_none()
    return Feed(row.account_id, row.nonce) if row else None


def reader_of(conn: Connection, account_id: int, nonce: str, labels: tuple[str, str]) -> Actor | None:
    """The person of a private address, unless it was revoked."""
    feed = feed_of(conn, account_id)
    return by_id(conn, account_id, labels) if feed and feed.nonce == nonce else None
