"""A measure compiled to SQL, and its dry run.

Every session gets one code; `codes` says what each code means. The conditions are those that
`portal.rules.measures.decide` reads for one session, so the rule is written once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Row, case, false, func, literal, select, union_all

from portal.rules.lifecycle import Status
from portal.rules.measures import ALREADY_SHIFTED, NO_CASE, REAL_END_KNOWN, Measure, MeasureCase
from portal.store.conditions import matches
from portal.store.database import STREAM
from portal.store.days import later
from portal.store.measures import measure_run
from portal.store.places import centre
from portal.store.sessions import exam_session as s
from portal.store.titles import title

SAMPLES = 20
_ANY_DAY = date(2000, 1, 1)  # a measure never asks what day it is


@dataclass(frozen=True)
class Code:
    """What a code of the plan means. `case` is empty for what no case of the measure names."""

    case: str
    words: str
    changes: bool
    cancel: bool = False
    move_end_to: date | None = None
    shift_days: int = 0
    effect: str = "Inchangée"


def codes(measure: Measure) -> dict[str, Code]:
    """The meaning of every code, in the order in which the plan is read."""
    found: dict[str, Code] = {}
    for c in measure.cases:
        found[f"+{c.name}"] = Code(c.name, c.words, True, c.cancel, c.move_end_to, c.shift_days, c.effect)
    for i, k in enumerate(measure.kept):
        found[f"k{i}"] = Code(k.name, k.words, False)
    for c in measure.cases:
        if c.move_end_to:
            found[f"={c.name}"] = Code("", c.unmoved, False)
        if c.shift_days:
            found[f"s{c.name}"] = Code("", f"Cas {c.name} : {ALREADY_SHIFTED}", False)
            found[f"r{c.name}"] = Code("", f"Cas {c.name} : {REAL_END_KNOWN}", False)
    found["-"] = Code("", NO_CASE, False)
    return found


def code_of(measure: Measure) -> ColumnElement[str]:
    """The code of a row of exam_session; the first line that fits wins, as in the rule."""
    whens: list[tuple[ColumnElement[bool], str]] = []
    for c in measure.cases:
        fits = matches(c.when, _ANY_DAY)
        if c.move_end_to:
            whens.append((fits & (s.c.ends_on < c.move_end_to), f"+{c.name}"))
            whens.append((fits, f"={c.name}"))
            continue
        if c.shift_days:
            own = select(measure_run.c.id).where(measure_run.c.measure_key == measure.key)
            whens.append((fits & func.coalesce(s.c.postponed_run_id.in_(own), false()), f"s{c.name}"))
            whens.append((fits & s.c.actual_end_on.is_not(None), f"r{c.name}"))
        whens.append((fits, f"+{c.name}"))
    whens += [(matches(k.when, _ANY_DAY), f"k{i}") for i, k in enumerate(measure.kept)]
    return case(*whens, else_="-")


def claims(measure: Measure) -> ColumnElement[int]:
    """How many cases describe a row: the first of them wins."""
    each = [case((matches(c.when, _ANY_DAY), 1), else_=0) for c in measure.cases]
    total = each[0]
    for one in each[1:]:
        total = total + one  # type: ignore[assignment]
    return total


def end_after(measure: Measure, code: ColumnElement[str]) -> ColumnElement[date]:
    moves = [(code == f"+{c.name}", _moved(c, s.c.ends_on)) for c in measure.cases if not c.cancel]
    return case(*moves, else_=s.c.ends_on) if moves else s.c.ends_on


def start_after(measure: Measure, code: ColumnElement[str]) -> ColumnElement[date]:
    moves = [(code == f"+{c.name}", later(s.c.starts_on, c.shift_days)) for c in measure.cases if c.shift_days]
    return case(*moves, else_=s.c.starts_on) if moves else s.c.starts_on


def _moved(c: MeasureCase, end: ColumnElement[date]) -> ColumnElement[date]:
    return _day(c.move_end_to) if c.move_end_to else later(end, c.shift_days)


def status_after(measure: Measure, code: ColumnElement[str]) -> ColumnElement[str]:
    cancels = [(code == f"+{c.name}", Status.CANCELLED.value) for c in measure.cases if c.cancel]
    return case(*cancels, else_=s.c.status) if cancels else s.c.status


def _day(value: date) -> ColumnElement[date]:
    return literal(value, Date)


def changing(measure: Measure) -> list[str]:
    return [code for code, meaning in codes(measure).items() if meaning.changes]


@dataclass(frozen=True)
class Count:
    code: str
    meaning: Code
    number: int


@dataclass(frozen=True)
class Plan:
    """`by_department` and `by_status`: how many sessions would change, and how many there are. `twice`: sessions that two
    cases claim; `started` and `with_results`: among those that would change."""

    measure: Measure
    counts: Sequence[Count]
    by_department: Mapping[str, tuple[int, int]]
    by_status: Mapping[str, tuple[int, int]]
    twice: int
    started: int
    with_results: int

    @property
    def changes(self) -> list[Count]:
        return [c for c in self.counts if c.meaning.changes]

    @property
    def kept(self) -> list[Count]:
        return [c for c in self.counts if not c.meaning.changes]

    @property
    def touched(self) -> int:
        return sum(c.number for c in self.changes)

    @property
    def total(self) -> int:
        return sum(c.number for c in self.counts)

    @property
    def fingerprint(self) -> str:
        """What was seen of a dry run: any count that changes changes it."""
        seen = [(c.code, c.number) for c in self.counts] + sorted(self.by_department.items()) + sorted(self.by_status.items())
        return sha256(repr(seen).encode()).hexdigest()[:32]


def plan(conn: Connection, measure: Measure, today: date) -> Plan:
    """The dry run: how many sessions each line of the measure would change or leave. One scan, and one look at those that a
    case could claim; changes nothing."""
    coded = select(
        code_of(measure).label("code"),
        s.c.department_code.label("department"),
        s.c.status.label("status"),
        case((s.c.starts_on <= today, 1), else_=0).label("started"),
    ).subquery()
    keys = (coded.c.code, coded.c.department, coded.c.status, coded.c.started)
    rows = conn.execute(select(*keys, func.count().label("number")).group_by(*keys)).all()
    meanings = codes(measure)
    by_code: Counter[str] = Counter()
    tables: dict[str, dict[str, list[int]]] = {"department": defaultdict(lambda: [0, 0]), "status": defaultdict(lambda: [0, 0])}
    twice = conn.execute(select(func.count()).select_from(s).where(_claimed_twice(measure))).scalar_one()
    started = with_results = 0
    for r in rows:
        changes = meanings[r.code].changes
        by_code[r.code] += r.number
        for name, table in tables.items():
            table[getattr(r, name)][0] += r.number if changes else 0
            table[getattr(r, name)][1] += r.number
        started += r.number if changes and r.started else 0
        with_results += r.number if changes and r.status in (Status.RESULTS, Status.LOCKED) else 0
    counts = [Count(code, meaning, by_code[code]) for code, meaning in meanings.items()]
    department, status = ({k: (v[0], v[1]) for k, v in sorted(tables[name].items())} for name in ("department", "status"))
    return Plan(measure, counts, department, status, twice, started, with_results)


def claimed_twice(conn: Connection, measure: Measure) -> list[int]:
    """The first twenty sessions that two cases claim."""
    return list(conn.execute(select(s.c.id).where(_claimed_twice(measure)).order_by(s.c.id).limit(SAMPLES)).scalars())


def to_look_at(conn: Connection, measure: Measure, found: Plan, today: date) -> dict[str, list[int]]:
    """The first twenty sessions of what a dry run warns of: `started` and `with_results`, among those that would change."""
    changes = code_of(measure).in_(changing(measure))
    warned = {
        "started": (found.started, s.c.starts_on <= today),
        "with_results": (found.with_results, s.c.status.in_([Status.RESULTS.value, Status.LOCKED.value])),
    }
    return {
        name: list(conn.execute(select(s.c.id).where(changes, where).order_by(s.c.id).limit(SAMPLES)).scalars()) if number else []
        for name, (number, where) in warned.items()
    }


def _claimed_twice(measure: Measure) -> ColumnElement[bool]:
    """That two cases describe a row; the statuses that any of them names stand first, for the index."""
    statuses = {status for c in measure.cases for status in c.when.statuses or tuple(Status)}
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


def samples(conn: Connection, measure: Measure) -> dict[str, list[Any]]:
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
    found: dict[str, list[Any]] = {}
    for row in conn.execute(select(both).order_by(both.c.starts_on, both.c.number)):
        found.setdefault(row.code, []).append(row)
    return found
