"""The figures of a service: how many sessions, how they go, how many succeed. Each a table of labels and numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, func, select

from portal.features.figures.words import POSTPONED, TITLES
from portal.rules.french import MONTHS
from portal.rules.lifecycle import Kind, Status
from portal.rules.outcomes import Outcome
from portal.rules.todo import NO_REAL_END
from portal.store.actors import Actor
from portal.store.candidates import result
from portal.store.conditions import matches
from portal.store.france import DEPARTMENTS
from portal.store.months import month_of
from portal.store.places import centre
from portal.store.scope import visible_to
from portal.store.sessions import exam_session as s
from portal.store.titles import title

MOST_ROWS = 30


@dataclass(frozen=True)
class Asked:
    """The filters: sessions that begin between two days, in one department, of one title (each may be open)."""

    start: date | None = None
    end: date | None = None
    department: str = ""
    title: str = ""


@dataclass(frozen=True)
class Line:
    """A bar: `value` of `of` (a share), or a plain number where `of` is None."""

    label: str
    value: int
    of: int | None = None

    @property
    def share(self) -> float:
        return self.value / self.of if self.of else 0.0

    @property
    def percent(self) -> str:
        return f"{100 * self.share:.1f} %".replace(".", ",")


@dataclass(frozen=True)
class Figure:
    key: str
    lines: tuple[Line, ...]
    cut: int = 0  # so many lines more are not shown

    @property
    def title(self) -> str:
        return TITLES[self.key]

    @property
    def shares(self) -> bool:
        return any(line.of is not None for line in self.lines)


def figures(conn: Connection, actor: Actor, asked: Asked, today: date) -> list[Figure]:
    """All figures under these filters. Six queries."""
    where = _where(actor, asked)
    return [
        _by_status(conn, where),
        _by_month(conn, where),
        _postponed(conn, where, today),
        *(_success(conn, where, key, by) for key, by in BY.items()),
    ]


def _where(actor: Actor, asked: Asked) -> ColumnElement[bool]:
    parts = [visible_to(actor)]
    if asked.start:
        parts.append(s.c.starts_on >= asked.start)
    if asked.end:
        parts.append(s.c.starts_on <= asked.end)
    if asked.department:
        parts.append(s.c.department_code == asked.department)
    if asked.title:
        parts.append(s.c.title_id == select(title.c.id).where(title.c.code == asked.title).scalar_subquery())
    return and_(*parts)


def _by_status(conn: Connection, where: ColumnElement[bool]) -> Figure:
    found: dict[str, int] = {
        row[0]: row[1] for row in conn.execute(select(s.c.status, func.count()).where(where).group_by(s.c.status))
    }
    return Figure("statut", tuple(Line(x.label, found.get(x, 0)) for x in Status))


def _by_month(conn: Connection, where: ColumnElement[bool]) -> Figure:
    month = month_of(s.c.starts_on)
    rows = conn.execute(select(month, func.count()).where(where).group_by(month).order_by(month.desc()).limit(25)).all()
    lines = [Line(f"{MONTHS[int(text[5:7]) - 1]} {text[:4]}", count) for text, count in reversed(rows[:24])]
    return Figure("mois", tuple(lines), cut=len(rows) - len(lines))


def _postponed(conn: Connection, where: ColumnElement[bool], today: date) -> Figure:
    waiting = matches(NO_REAL_END, today)
    moved = s.c.postponed_run_id.is_not(None)
    dated = moved & s.c.actual_end_on.is_not(None)
    row = conn.execute(select(*(func.count().filter(x) for x in (moved, dated, waiting))).where(where)).one()
    return Figure("reports", tuple(Line(words, number) for words, number in zip(POSTPONED, row, strict=True)))


BY: Mapping[str, ColumnElement[str]] = {
    "titre": title.c.code + " " + title.c.label,
    "departement": s.c.department_code,
    "centre": centre.c.name,
}


def _success(conn: Connection, where: ColumnElement[bool], key: str, by: ColumnElement[str]) -> Figure:
    """Titres obtained among the candidates who came, in sessions with definitive results."""
    came = func.count().filter(result.c.outcome != Outcome.ABSENT.value)
    obtained = func.count().filter(result.c.outcome == Outcome.TITLE.value)
    query = (
        select(by.label("name"), obtained, came)
        .select_from(s)
        .join(result, result.c.session_id == s.c.id)
        .join(title, title.c.id == s.c.title_id)
        .join(centre, centre.c.id == s.c.centre_id)
        .where(where, s.c.kind == Kind.TITLE.value, result.c.certificate_id.is_(None), result.c.definitive)
        .group_by(by)
        .having(came > 0)
        .order_by(came.desc(), by)
        .limit(MOST_ROWS + 1)
    )
    rows = conn.execute(query).all()
    lines = [Line(_place(key, r[0]), r[1], r[2]) for r in rows[:MOST_ROWS]]
    return Figure(key, tuple(lines), cut=len(rows) - len(lines))


def _place(key: str, value: str) -> str:
    return f"{value} {DEPARTMENTS[value][0]}" if key == "departement" and value in DEPARTMENTS else value
