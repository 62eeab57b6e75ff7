"""A measure compiled to SQL, and its dry run.

Every session gets the code of the line of the measure that describes it (`rules.measures.readings`): the same list that
`rules.measures.decide` reads for one session, so the rule is written once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Row, case, func, literal, select, union_all

from portal.rules.lifecycle import ACTIVE, Status
from portal.rules.measures import Measure, MeasureCase, Reading, readings
from portal.store.conditions import matches
from portal.store.database import STREAM
from portal.store.days import later
from portal.store.places import centre
from portal.store.sessions import exam_session as s
from portal.store.titles import title

SAMPLES = 20
_ANY_DAY = date(2000, 1, 1)  # a measure never asks what day it is


def by_code(measure: Measure) -> dict[str, Reading]:
    return {reading.code: reading for reading in readings(measure)}


def code_of(measure: Measure) -> ColumnElement[str]:
    """The code of a row of exam_session; the first line that fits wins, as in the rule."""
    *lines, last = readings(measure)
    return case(*((matches(line.when, _ANY_DAY), line.code) for line in lines), else_=last.code)


def claims(measure: Measure) -> ColumnElement[int]:
    """How many cases describe a row: the first of them wins."""
    each = [case((matches(c.when, _ANY_DAY), 1), else_=0) for c in measure.cases]
    total = each[0]
    for one in each[1:]:
        total = total + one  # type: ignore[assignment]
    return total


def end_after(measure: Measure, code: ColumnElement[str]) -> ColumnElement[date]:
    moves = [(code == f"+{c.name}", _moved(c, s.c.ends_on)) for c in measure.cases]
    return case(*moves, else_=s.c.ends_on)


def start_after(measure: Measure, code: ColumnElement[str]) -> ColumnElement[date]:
    moves = [(code == f"+{c.name}", later(s.c.starts_on, c.shift_days)) for c in measure.cases]
    return case(*moves, else_=s.c.starts_on)


def _moved(c: MeasureCase, end: ColumnElement[date]) -> ColumnElement[date]:
    return _day(c.move_end_to) if c.move_end_to else later(end, c.shift_days)


def status_after(measure: Measure, code: ColumnElement[str]) -> ColumnElement[str]:
    cancels = [(code == f"+{c.name}", Status.CANCELLED.value) for c in measure.cases if c.cancel]
    return case(*cancels, else_=s.c.status) if cancels else s.c.status


def _day(value: date) -> ColumnElement[date]:
    return literal(value, Date)


def changing(measure: Measure) -> list[str]:
    return [reading.code for reading in readings(measure) if reading.case]


@dataclass(frozen=True)
class Count:
    meaning: Reading
    number: int


@dataclass(frozen=True)
class Plan:
    """`by_department` and `by_status`: how many sessions would change, and how many there are. `twice`: sessions that two
    cases claim; `started`: among those that would change."""

    measure: Measure
    counts: Sequence[Count]
    by_department: Mapping[str, tuple[int, int]]
    by_status: Mapping[str, tuple[int, int]]
    twice: int
    started: int

    @property
    def changes(self) -> list[Count]:
        return [c for c in self.counts if c.meaning.case]

    @property
    def kept(self) -> list[Count]:
        return [c for c in self.counts if not c.meaning.case]

    @property
    def touched(self) -> int:
        return sum(c.number for c in self.changes)

    @property
    def total(self) -> int:
        return sum(c.number for c in self.counts)

    @property
    def fingerprint(self) -> str:
        """What was seen of a dry run: the measure as it was read, and every count."""
        seen = (self.measure, [c.number for c in self.counts], sorted(self.by_department.items()), sorted(self.by_status.items()))
        return sha256(repr(seen).encode()).hexdigest()[:32]


def plan(conn: Connection, measure: Measure, today: date) -> Plan:
    """The dry run: how many sessions each line of the measure would change or leave. One scan, and one look at those that a
    case could claim; changes nothing."""
    coded = select(
        code_of(measure).label("code"),
        s.c.department_code.label("department"),
        s.c.status.label("status"),
        (s.c.starts_on <= today).label("started"),
    ).subquery()
    keys = (coded.c.code, coded.c.department, coded.c.status, coded.c.started)
    rows = conn.execute(select(*keys, func.count().label("number")).group_by(*keys)).all()
    meanings = by_code(measure)
    numbers: Counter[str] = Counter()
    tables: dict[str, dict[str, list[int]]] = {"department": defaultdict(lambda: [0, 0]), "status": defaultdict(lambda: [0, 0])}
    twice = conn.execute(select(func.count()).select_from(s).where(_claimed_twice(measure))).scalar_one()
    started = 0
    for r in rows:
        changes = meanings[r.code].case is not None
        numbers[r.code] += r.number
        for name, table in tables.items():
            table[getattr(r, name)][0] += r.number if changes else 0
            table[getattr(r, name)][1] += r.number
        started += r.number if changes and r.started else 0
    counts = [Count(meaning, numbers[code]) for code, meaning in meanings.items()]
    department, status = ({k: (v[0], v[1]) for k, v in sorted(tables[name].items())} for name in ("department", "status"))
    return Plan(measure, counts, department, status, twice, started)


def claimed_twice(conn: Connection, measure: Measure) -> list[int]:
    """The first twenty sessions that two cases claim."""
    return list(conn.execute(select(s.c.id).where(_claimed_twice(measure)).order_by(s.c.id).limit(SAMPLES)).scalars())


def already_started(conn: Connection, measure: Measure, today: date) -> list[int]:
    """The first twenty sessions that would change although they have begun."""
    changes = code_of(measure).in_(changing(measure))
    return list(conn.execute(select(s.c.id).where(changes, s.c.starts_on <= today).order_by(s.c.id).limit(SAMPLES)).scalars())


def _claimed_twice(measure: Measure) -> ColumnElement[bool]:
    """That two cases describe a row; the statuses that any of them names stand first, for the index."""
    statuses = {status for c in measure.cases for status in c.when.statuses or ACTIVE if status in ACTIVE}
    return s.c.status.in_(sorted(statuses)) & (claims(measure) > 1)


def lines(conn: Connection, measure: Measure) -> Iterator[Row[Any]]:
    """One row a session, by number: id, code, status, ends_on, end_after, status_after. Streams."""
    code = code_of(measure)
    query = select(
        s.c.id,
        code.label("code"),
        s.c.status,
        s.c.ends_on,
        end_after(measure, code).label("end_after"),
        status_after(measure, code).label("status_after"),
    ).order_by(s.c.id)
    yield from conn.execute(query, execution_options=STREAM)


def samples(conn: Connection, measure: Measure) -> dict[str, list[Row[Any]]]:
    """Up to twenty sessions of each case that would change, those that start first. One query."""
    code = code_of(measure)
    each = [
        select(
            literal(f"+{c.name}").label("code"),
            s.c.id.label("number"),
            s.c.starts_on,
            s.c.ends_on,
            s.c.status,
            centre.c.name.label("centre_name"),
            title.c.code.label("title_code"),
        )
        .join(centre, centre.c.id == s.c.centre_id)
        .join(title, title.c.id == s.c.title_id)
        .where(
            s.c.id.in_(
                select(s.c.id)
                .where(matches(c.when, _ANY_DAY), code == f"+{c.name}")
                .order_by(s.c.starts_on, s.c.id)
                .limit(SAMPLES)
            )
        )
        for c in measure.cases
    ]
    both = union_all(*each).subquery()
    found: dict[str, list[Row[Any]]] = {}
    for row in conn.execute(select(both).order_by(both.c.starts_on, both.c.number)):
        found.setdefault(row.code, []).append(row)
    return found
