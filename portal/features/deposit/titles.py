"""The titles about which something may have to be done: obtained in locked sessions, or once deposited and obtained no longer."""

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from itertools import groupby, islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select, text, true

from portal.core.civil import of_row
from portal.core.people import sort_key
from portal.features.candidates.queries import standings
from portal.files.flux import Passage, passage
from portal.rules.civil import COLUMNS, missing
from portal.rules.deposit import As, Due, Last, State, due
from portal.rules.lifecycle import Kind, Status
from portal.rules.names import ERASED, full_name
from portal.rules.outcomes import Outcome
from portal.store.candidates import candidate, result
from portal.store.conditions import effective_end
from portal.store.database import STREAM
from portal.store.deposits import deposit_line
from portal.store.places import centre
from portal.store.sessions import TO_DEPOSIT
from portal.store.sessions import exam_session as s
from portal.store.titles import title

NO_CODE = "Code RNCP du titre"
AT_ONCE = 400
c, r, line = candidate.c, result.c, deposit_line.c
people, place, person = candidate.alias("people"), s.alias("place"), candidate.alias("person")  # the same people, elsewhere too
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

    @cached_property
    def last(self) -> Last | None:
        """Its last line, if there is one."""
        return Last(As(self.row.sent_as), State(self.row.state)) if self.row.line_id else None

    @cached_property
    def code(self) -> str:
        """The RNCP code: the one that was accepted, or today's."""
        return self.row.line_code if self.last and self.last.known else self.row.rncp_code

    @cached_property
    def missing_of_person(self) -> tuple[str, ...]:
        """What the deposit lacks of the person, as the screen calls it."""
        return missing(of_row(self.row), self.row.first_name)

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """What it lacks at all."""
        return self.missing_of_person if self.code else (*self.missing_of_person, NO_CODE)

    @cached_property
    def text(self) -> str:
        """Its line in the flow."""
        row = self.row
        key = f"{row.session_id}-{row.id}"
        ends_on = max(row.ended_on, row.began_on)
        return passage(Passage(key, row.began_on, ends_on, row.ended_on, row.first_name, row.born_on, of_row(row)))

    @cached_property
    def due(self) -> Due:
        """What is to be done about it; whoever is erased waits for nothing more."""
        what = due(obtained=self.obtained, last=self.last, changed=self.changed, complete=not self.missing)
        return Due.NOTHING if what is Due.INCOMPLETE and self.row.last_name == ERASED else what

    @cached_property
    def changed(self) -> bool:
        """Whether what is to be sent is known, and not what was sent last."""
        row = self.row
        return row.digest is not None and not self.missing and not hmac.compare_digest(digest(row.salt, self.text), row.digest)

    @property
    def settled(self) -> bool:
        """Whether nothing is to be done about it before its session changes, or a report comes: what changes meanwhile is no more
        what was sent."""
        if self.last and self.last.state is State.SENT:
            return self.obtained and not self.changed and not self.missing
        return self.due in (Due.NOTHING, Due.NEW, Due.CORRECTION)


def digest(salt: str, text: str) -> str:
    """What a line keeps of what was sent."""
    return sha256(f"{salt}{text}".encode()).hexdigest()


LATEST = text("deposit_line.latest")  # as the index over those says it
# What is asked of each: who, when, under which code, and what was sent last.
ABOUT = (
    select(
        c.id, c.session_id, c.last_name, c.first_name, c.born_on, *(c[name] for name in COLUMNS), title.c.rncp_code, s.c.title_id,
        title.c.code.label("title_code"), first_day.label("began_on"), effective_end.label("ended_on"), s.c.version, s.c.centre_id,
        centre.c.name.label("centre_name"), line.id.label("line_id"), line.sent_as, line.state, line.code.label("line_code"),
        line.salt, line.digest,
    )
    .join(s, s.c.id == c.session_id)
    .join(title, title.c.id == s.c.title_id)
    .join(centre, centre.c.id == s.c.centre_id)
    .outerjoin(deposit_line, and_(line.candidate_id == c.id, LATEST))
)  # fmt: skip


def _with(*outcomes: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(r.id).where(r.candidate_id == c.id, r.definitive, *outcomes).exists()


WHOLE = _with(r.certificate_id.is_(None), r.outcome == Outcome.TITLE.value)
ACQUIRED = _with(r.outcome == Outcome.ACQUIRED.value)
Sessions = Select[tuple[int, int]]


def to_look_at(since: date | None, most: int | None = None) -> Sessions:
    """The sessions that were locked or changed since a deposit looked at them, and their versions; so many of the newest, where
    that is said. `since`: what was obtained before was deposited elsewhere."""
    recent = effective_end >= since if since else true()
    return select(s.c.id, s.c.version).where(TO_DEPOSIT, recent).order_by(s.c.id.desc()).limit(most)


def titles(conn: Connection, sessions: Sessions) -> Iterator[Title]:
    """All of these sessions that are obtained or were once sent, those of one RNCP code together where they can be. Streams."""
    own = select(sessions.subquery().c.id)
    about = ABOUT.where(c.session_id.in_(own), s.c.kind == Kind.TITLE.value, or_(WHOLE, line.id.is_not(None)))
    query = about.add_columns(WHOLE.label("whole")).order_by(title.c.rncp_code, c.session_id, c.id)
    yield from (Title(row, bool(row.whole)) for row in conn.execute(query, execution_options=STREAM))
    # By accumulation: all sessions of the person tell whether it is obtained, and where; one that changed may change it elsewhere.
    there = select(person.c.id).join_from(place, people, people.c.session_id == place.c.id)
    there = there.join(person, and_(person.c.sort_key == people.c.sort_key, person.c.born_on == people.c.born_on))
    there = there.where(place.c.id.in_(own), place.c.kind == Kind.CCP.value)
    parts = ABOUT.where(
        s.c.status == Status.LOCKED.value,
        s.c.people_erased_at.is_(None),
        s.c.kind == Kind.CCP.value,
        or_(ACQUIRED, line.id.is_not(None)),
        c.id.in_(there),
    )
    rows = conn.execute(parts.order_by(s.c.title_id, c.session_id, c.id))
    for title_id, some in groupby(rows, key=lambda row: row.title_id):
        yield from _accumulated(conn, title_id, some)


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
