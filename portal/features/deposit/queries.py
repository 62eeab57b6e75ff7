"""What the pages of the deposit show: what waits, batches, and the lines of one."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, select

from portal.clock import PARIS
from portal.features.deposit.titles import ABOUT, Title, titles, to_look_at
from portal.files.flux import Head, flow
from portal.rules.deposit import Due, State
from portal.store.candidates import candidate
from portal.store.database import STREAM
from portal.store.deposits import deposit, deposit_line
from portal.store.personal import Shown, signed
from portal.store.places import centre
from portal.store.sessions import exam_session

MOST_LOOKED = 2_000
MOST_SHOWN = 200
PAGE = 12  # a year of months
line = deposit_line.c


@dataclass
class Waiting:
    """What the next batch would hold, and what it would leave; `more`: only the newest sessions were looked at."""

    counts: Counter[Due] = field(default_factory=Counter)
    incomplete: list[Title] = field(default_factory=list)  # of whom the centre has to tell more
    without_code: Counter[str] = field(default_factory=Counter)  # titles of which the nation has to give the RNCP code
    withdraw: list[Title] = field(default_factory=list)
    more: bool = False

    @property
    def due(self) -> int:
        """How many lines it would have."""
        return self.counts[Due.NEW] + self.counts[Due.CORRECTION]


def waiting(conn: Connection, since: date | None, most: int = MOST_LOOKED) -> Waiting:
    """What waits for the next batch, as far as so many of the newest sessions tell."""
    found = Waiting()
    for one in titles(conn, to_look_at(since, most)):
        what = one.due
        found.counts[what] += 1
        if what is Due.INCOMPLETE and not one.code:
            found.without_code[one.row.title_code] += 1
        if what is Due.INCOMPLETE and one.missing_of_person and len(found.incomplete) < MOST_SHOWN:
            found.incomplete.append(one)
        if what is Due.WITHDRAW and len(found.withdraw) < MOST_SHOWN:
            found.withdraw.append(one)
    found.more = conn.execute(to_look_at(since).offset(most).limit(1)).first() is not None
    return found


def _counted(state: State) -> ColumnElement[int]:
    return func.sum(case((line.state == state.value, 1), else_=0)).label(state.name.lower())


def batches(conn: Connection, before: int | None = None) -> tuple[list[Shown], int | None]:
    """A dozen batches, the newest first, each with the lines of every state; the number before which the next page begins."""
    numbers = select(deposit.c.id).where(deposit.c.id < before) if before else select(deposit.c.id)
    found = list(conn.execute(numbers.order_by(deposit.c.id.desc()).limit(PAGE + 1)).scalars())
    return _with_lines(conn, found[:PAGE]), found[PAGE - 1] if len(found) > PAGE else None


def batch(conn: Connection, number: int) -> Shown | None:
    """The one of this number, in the same way."""
    return next(iter(_with_lines(conn, [number])), None)


def _with_lines(conn: Connection, numbers: Sequence[int]) -> list[Shown]:
    counts = (
        select(line.deposit_id, *map(_counted, State)).where(line.deposit_id.in_(numbers)).group_by(line.deposit_id).subquery()
    )
    query = select(deposit, *(counts.c[state.name.lower()] for state in State))
    query = query.join(counts, counts.c.deposit_id == deposit.c.id).order_by(deposit.c.id.desc())
    return signed(conn, conn.execute(query).all())


def rejected(conn: Connection, number: int) -> list[Row[Any]]:
    """The lines of this batch that were rejected: whose, where, and why; two hundred at most."""
    query: Select[Any] = (
        select(
            line.session_id,
            line.candidate_id,
            line.reason,
            line.latest,
            candidate.c.last_name,
            candidate.c.first_name,
            centre.c.name,
        )
        .join(candidate, candidate.c.id == line.candidate_id)
        .join(exam_session, exam_session.c.id == line.session_id)
        .join(centre, centre.c.id == exam_session.c.centre_id)
        .where(line.deposit_id == number, line.state == State.REJECTED.value)
        .order_by(line.session_id, candidate.c.sort_key)
        .limit(MOST_SHOWN)
    )
    return list(conn.execute(query))


def written_again(conn: Connection, batch: Shown) -> Iterator[str]:
    """The flow of a batch with what is known of its people today, for whoever has not its file any more. Streams."""
    own = deposit_line.alias("own")
    query = ABOUT.add_columns(own.c.code.label("own_code")).join(own, own.c.candidate_id == candidate.c.id)
    rows = conn.execute(query.where(own.c.deposit_id == batch.id).order_by(own.c.id), execution_options=STREAM)
    head = Head(batch.flux, batch.at.astimezone(PARIS), batch.client, batch.certifier, batch.contract)
    yield from flow(head, ((row.own_code, Title(row, True).text) for row in rows if row.access))
