"""A measure compiled to SQL, and its dry run.

Every session gets one code; `codes` says what each code means. The conditions are those that
`portal.rules.measures.decide` reads for one session, so the rule is written once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Row, case, func, literal, select

from portal.rules.lifecycle import Status
from portal.rules.measures import NO_CASE, Measure
from portal.store.conditions import matches
from portal.store.database import STREAM
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
    effect: str = "Inchangée"


def codes(measure: Measure) -> dict[str, Code]:
    """The meaning of every code, in the order in which the plan is read."""
    found: dict[str, Code] = {}
    for c in measure.cases:
        found[f"+{c.name}"] = Code(c.name, c.words, True, c.cancel, c.move_end_to, c.effect)
    for i, k in enumerate(measure.kept):
        found[f"k{i}"] = Code(k.name, k.words, False)
    for c in measure.cases:
        if not c.cancel:
            found[f"={c.name}"] = Code("", c.unmoved, False)
    found["-"] = Code("", NO_CASE, False)
    return found


def code_of(measure: Measure) -> ColumnElement[str]:
    """The code of a row of exam_session; the first line that fits wins, as in the rule."""
    whens: list[tuple[ColumnElement[bool], str]] = []
    for c in measure.cases:
        fits = matches(c.when, _ANY_DAY)
        if c.cancel:
            whens.append((fits, f"+{c.name}"))
        else:
            whens.append((fits & (s.c.ends_on < c.move_end_to), f"+{c.name}"))
            whens.append((fits, f"={c.name}"))
    whens += [(matches(k.when, _ANY_DAY), f"k{i}") for i, k in enumerate(measure.kept)]
    return case(*whens, else_="-")


def end_after(measure: Measure, code: ColumnElement[str]) -> ColumnElement[date]:
    moves = [(code == f"+{c.name}", _day(c.move_end_to)) for c in measure.cases if c.move_end_to]
    return case(*moves, else_=s.c.ends_on) if moves else s.c.ends_on


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
    measure: Measure
    counts: Sequence[Count]

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


def plan(conn: Connection, measure: Measure) -> Plan:
    """The dry run: how many sessions each line of the measure would change or leave. Changes nothing."""
    coded = select(code_of(measure).label("code")).subquery()
    found = {r.code: r.number for r in conn.execute(select(coded.c.code, func.count().label("number")).group_by(coded.c.code))}
    return Plan(measure, [Count(code, meaning, found.get(code, 0)) for code, meaning in codes(measure).items()])


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
    """Up to twenty sessions of each case that would change, lowest numbers first. One query."""
    code = code_of(measure)
    coded = (
        select(s.c.id, code.label("code"), func.row_number().over(partition_by=code, order_by=s.c.id).label("position"))
        .where(code.in_(changing(measure)))
        .subquery()
    )
    query = (
        select(
            coded.c.code,
            s.c.id.label("number"),
            s.c.starts_on,
            s.c.ends_on,
            s.c.status,
            centre.c.name.label("centre_name"),
            title.c.code.label("title_code"),
        )
        .join_from(coded, s, s.c.id == coded.c.id)
        .join(centre, centre.c.id == s.c.centre_id)
        .join(title, title.c.id == s.c.title_id)
        .where(coded.c.position <= SAMPLES)
        .order_by(s.c.id)
    )
    found: dict[str, list[Any]] = {}
    for row in conn.execute(query):
        found.setdefault(row.code, []).append(row)
    return found
