"""The titles about which something may have to be done: obtained in locked sessions, or once deposited and obtained no longer."""

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import groupby, islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from portal.core.civil import of_row
from portal.core.people import sort_key
from portal.features.candidates.queries import standings
from portal.files.flux import Passage, passage
from portal.rules.civil import COLUMNS, missing
from portal.rules.deposit import As, Due, Last, State, due
from portal.rules.lifecycle import Kind, Status
from portal.rules.names import full_name
from portal.rules.outcomes import Outcome
from portal.store.candidates import candidate, result
from portal.store.conditions import effective_end
from portal.store.database import STREAM
from portal.store.deposits import deposit_line
from portal.store.places import centre
from portal.store.sessions import exam_session as s
from portal.store.titles import title

NO_CODE = "Code RNCP du titre"
AT_ONCE = 400
c, r, line = candidate.c, result.c, deposit_line.c
first_day = func.coalesce(s.c.exam_starts_on, s.c.starts_on)


@dataclass(frozen=True)
class Title:
    """The title of one candidate in one session: whether it is obtained there, what is to be sent of it, and its last line."""

    row: Row[Any]
    obtained: bool

    @property
    def name(self) -> str:
        """NOM Prénom"""
        return full_name(self.row.last_name, self.row.first_name)

    @property
    def last(self) -> Last | None:
        """Its last line, if there is one."""
        return Last(As(self.row.sent_as), State(self.row.state)) if self.row.line_id else None

    @property
    def code(self) -> str:
        """The RNCP code: the one that was accepted, or today's."""
        return self.row.line_code if self.last and self.last.known else self.row.rncp_code

    @property
    def missing_of_person(self) -> tuple[str, ...]:
        """What the deposit lacks of the person, as the screen calls it."""
        return missing(of_row(self.row), self.row.first_name)

    @property
    def missing(self) -> tuple[str, ...]:
        """What it lacks at all."""
        return self.missing_of_person if self.code else (*self.missing_of_person, NO_CODE)

    @property
    def text(self) -> str:
        """Its line in the flow."""
        row = self.row
        key = f"{row.session_id}-{row.id}"
        ends_on = max(row.ended_on, row.began_on)
        return passage(Passage(key, row.began_on, ends_on, row.ended_on, row.first_name, row.born_on, of_row(row)))

    @property
    def due(self) -> Due:
        """What is to be done about it."""
        complete = not self.missing
        changed = complete and self.row.digest is not None and not _same(self.row, self.text)
        return due(obtained=self.obtained, last=self.last, changed=changed, complete=complete)


def digest(salt: str, text: str) -> str:
    """What a line keeps of what was sent."""
    return sha256(f"{salt}{text}".encode()).hexdigest()


def _same(row: Row[Any], text: str) -> bool:
    return hmac.compare_digest(digest(row.salt, text), row.digest)


# What is asked of each: who, when, under which code, and what was sent last.
ABOUT = (
    select(
        c.id, c.session_id, c.last_name, c.first_name, c.born_on, *(c[name] for name in COLUMNS), title.c.rncp_code, s.c.title_id,
        title.c.code.label("title_code"), first_day.label("began_on"), effective_end.label("ended_on"), s.c.version, s.c.centre_id,
        centre.c.name.label("centre_name"), line.id.label("line_id"), line.sent_as, line.state, line.code.label("line_code"),
        line.salt, line.digest, line.session_version,
    )
    .join(s, s.c.id == c.session_id)
    .join(title, title.c.id == s.c.title_id)
    .join(centre, centre.c.id == s.c.centre_id)
    .outerjoin(deposit_line, and_(line.candidate_id == c.id, line.latest))
)  # fmt: skip
LOCKED = and_(s.c.status == Status.LOCKED.value, s.c.people_erased_at.is_(None))
OPEN = or_(line.state.is_(None), line.state.in_([State.REJECTED.value, State.LOST.value, State.WITHDRAWN.value]))
TOUCHED = and_(line.state == State.ACCEPTED.value, line.session_version != s.c.version)


def _with(*outcomes: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(r.id).where(r.candidate_id == c.id, r.definitive, *outcomes).exists()


WHOLE = _with(r.certificate_id.is_(None), r.outcome == Outcome.TITLE.value)
ACQUIRED = _with(r.outcome == Outcome.ACQUIRED.value)


def titles(conn: Connection, since: date | None) -> Iterator[Title]:
    """All of them, those of one RNCP code together where they can be. `since`: those obtained before were deposited elsewhere.
    Streams; a title that was sent and waits for its report is not among them."""
    recent = effective_end >= since if since else effective_end.is_not(None)
    whole = ABOUT.where(LOCKED, recent, s.c.kind == Kind.TITLE.value)
    yield from (Title(row, True) for row in _streamed(conn, whole.where(WHOLE, or_(OPEN, TOUCHED))))
    yield from (Title(row, False) for row in _streamed(conn, whole.where(~WHOLE, line.id.is_not(None), or_(OPEN, TOUCHED))))
    # By accumulation: whether it is obtained, and where, the person's other sessions tell.
    parts = ABOUT.where(LOCKED, recent, s.c.kind == Kind.CCP.value, or_(ACQUIRED, line.id.is_not(None)))
    sent = line.state == State.SENT.value
    rows = conn.execute(parts.where(or_(line.id.is_(None), ~sent)).order_by(s.c.title_id, c.session_id, c.id))
    for title_id, some in groupby(rows, key=lambda row: row.title_id):
        yield from _accumulated(conn, title_id, some)


def _streamed(conn: Connection, query: Select[Any]) -> Iterator[Row[Any]]:
    yield from conn.execute(query.order_by(title.c.rncp_code, c.session_id, c.id), execution_options=STREAM)


def _accumulated(conn: Connection, title_id: int, rows: Iterable[Row[*tuple[Any, ...]]]) -> Iterator[Title]:
    each = iter(rows)
    while some := list(islice(each, AT_ONCE)):
        people = {row.id: (sort_key(row.last_name, row.first_name), row.born_on) for row in some}
        found = standings(conn, title_id, list(people.values()))
        for row in some:
            where = found[people[row.id]]
            obtained = where.accumulated and where.title is not None and where.title.session == row.session_id
            if obtained or row.line_id:
                yield Title(row, obtained)
