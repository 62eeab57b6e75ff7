"""The security journal as it is read: who, what, when, from where; the newest first."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select, true, tuple_

from portal.clock import PARIS
from portal.features.access.told import said
from portal.rules.security import LINE, Kind
from portal.rules.whereabouts import device_in_words, place_in_words
from portal.store.accounts import account
from portal.store.actors import Actor, Source
from portal.store.audit import audit_event
from portal.store.database import STREAM
from portal.store.security import security_entry as entry

PAGE = 50
_who, _about = account.alias("who"), account.alias("about")
_ENTRIES: Select[Any] = (
    select(
        entry,
        _who.c.name.label("who"),
        _who.c.email.label("who_email"),
        _about.c.name.label("about"),
        _about.c.email.label("about_email"),
        audit_event.c.actor,
        audit_event.c.source,
        audit_event.c.action,
        audit_event.c.after,
    )
    .outerjoin(_who, _who.c.id == entry.c.account_id)
    .outerjoin(_about, _about.c.id == entry.c.about_id)
    .outerjoin(audit_event, audit_event.c.id == entry.c.event_id)
)


@dataclass(frozen=True)
class Told:
    """A row in words. `who`: empty where nobody knows; `about`: whose account it concerns, where that is somebody else's;
    `page`: the address that `what` is, where there is one."""

    id: int
    at: datetime
    last_at: datetime
    times: int
    kind: Kind
    label: str
    who_id: int | None
    who: str
    who_email: str
    about: str
    about_email: str
    what: str
    page: str
    device: str
    place: str


@dataclass(frozen=True)
class Wanted:
    """What the journal is narrowed to: words of a name or an address, a kind, the days from and to which."""

    search: str = ""
    kind: Kind | None = None
    start: date | None = None
    end: date | None = None

    def where(self) -> ColumnElement[bool]:
        """The condition on a row."""
        found: list[ColumnElement[bool]] = []
        if self.search:
            named = (or_(*(c.icontains(word, autoescape=True) for c in (account.c.name, account.c.email))) for word in self.words)
            people = select(account.c.id).where(*named)
            found.append(or_(entry.c.account_id.in_(people), entry.c.about_id.in_(people)))
        if self.kind:
            found.append(entry.c.kind == self.kind.value)
        if self.start:
            found.append(entry.c.first_at >= datetime.combine(self.start, time(), PARIS))
        if self.end:
            found.append(entry.c.first_at < datetime.combine(self.end + timedelta(days=1), time(), PARIS))
        return and_(true(), *found)

    @property
    def words(self) -> list[str]:
        """The words that a name or an address must hold, each."""
        return self.search.split()[:5]


def of(actor: Actor) -> ColumnElement[bool]:
    """The condition on what concerns one person: what it did, and what was done to its account."""
    return or_(entry.c.account_id == actor.id, entry.c.about_id == actor.id)


def page(conn: Connection, where: ColumnElement[bool], before: int = 0) -> tuple[list[Told], int | None]:
    """Fifty rows, the newest first, and the number before which the next page begins."""
    query = _ENTRIES.where(where)
    if before:
        last = select(entry.c.first_at, entry.c.id).where(entry.c.id == before)
        query = query.where(tuple_(entry.c.first_at, entry.c.id) < last.scalar_subquery())
    rows = conn.execute(query.order_by(entry.c.first_at.desc(), entry.c.id.desc()).limit(PAGE + 1)).all()
    return [_told(row) for row in rows[:PAGE]], rows[PAGE - 1].id if len(rows) > PAGE else None


def every(conn: Connection, where: ColumnElement[bool]) -> Iterator[Told]:
    """All rows, the oldest first. Streams."""
    query = _ENTRIES.where(where).order_by(entry.c.first_at, entry.c.id)
    for row in conn.execute(query, execution_options=STREAM):
        yield _told(row)


def _told(row: Row[Any]) -> Told:
    kind = Kind(row.kind)
    own = row.about_id is None or row.about_id == row.account_id
    typed = row.source == Source.CLI.value
    return Told(
        row.id,
        row.first_at.astimezone(PARIS),
        row.last_at.astimezone(PARIS),
        row.times,
        kind,
        LINE[kind].label,
        row.account_id,
        row.who or row.actor or "",
        row.who_email or "",
        "" if own else row.about,
        "" if own else row.about_email,
        said(row.action, json.loads(row.after)) if row.action else row.subject,
        row.subject if kind is Kind.LOOKED else "",
        "exploitant du portail" if typed else device_in_words(row.device),
        "serveur" if typed else place_in_words(row.address),
    )
