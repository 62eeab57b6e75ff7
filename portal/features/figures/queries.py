"""The figures of a service: how many sessions, how they go, how many succeed. Each a table of labels and numbers."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Connection, Integer, cast, select

from portal.features.figures.sums import Asked, By, Span, span, sums
from portal.features.figures.words import POSTPONED, TITLES
from portal.rules.duties import Duty
from portal.rules.french import MONTHS
from portal.rules.lifecycle import Status
from portal.store.actors import Actor
from portal.store.france import DEPARTMENTS
from portal.store.places import centre
from portal.store.tallies import STATUSES
from portal.store.titles import title

MOST_ROWS, MOST_MONTHS = 30, 24


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
    elsewhere: bool = False  # told of one department at a time

    @property
    def title(self) -> str:
        return TITLES[self.key]

    @property
    def shares(self) -> bool:
        return any(line.of is not None for line in self.lines)


def last_year(today: date) -> Asked:
    """Twelve whole months, and this one: what is asked for where nothing is said."""
    return Asked(start=(today.replace(day=1) - timedelta(days=350)).replace(day=1))


def figures(conn: Connection, actor: Actor, asked: Asked) -> list[Figure]:
    """All figures under these filters. Seven queries at most, whose cost does not grow with how many sessions there are."""
    of = span(conn, asked)
    return [*_whole(conn, actor, asked, of), *(_success(conn, actor, asked, of, by) for by in KEYS)]


def _whole(conn: Connection, actor: Actor, asked: Asked, of: Span) -> list[Figure]:
    all_ = sums(actor, asked, of)
    row = conn.execute(select(all_)).one_or_none()
    found = row._mapping if row else dict.fromkeys((*STATUSES.values(), *MOVED), 0)
    statuses = tuple(Line(status.label, found[name]) for status, name in STATUSES.items())
    moved = tuple(Line(words, found[name]) for words, name in zip(POSTPONED, MOVED, strict=True))
    return [Figure("statut", statuses), _by_month(conn, actor, asked, of), Figure("reports", moved)]


MOVED = ("moved", "dated", "waiting")


def _by_month(conn: Connection, actor: Actor, asked: Asked, of: Span) -> Figure:
    each = sums(actor, asked, of.latest(MOST_MONTHS), By.MONTH)
    number = sum((each.c[STATUSES[status]] for status in Status), start=cast(0, Integer))
    query = select(each.c.what, number.label("number")).where(number > 0).order_by(each.c.what)
    lines = [Line(f"{MONTHS[int(row.what[5:7]) - 1]} {row.what[:4]}", row.number) for row in conn.execute(query)]
    return Figure("mois", tuple(lines), cut=max(0, len(of.months) - MOST_MONTHS))


KEYS = {By.TITLE: "titre", By.DEPARTMENT: "departement", By.CENTRE: "centre"}


def _success(conn: Connection, actor: Actor, asked: Asked, of: Span, by: By) -> Figure:
    """Titres obtained among the candidates who came, in sessions with definitive results."""
    if by is By.CENTRE and actor.may(Duty.COMPARE_DEPARTMENTS) and not asked.department:
        return Figure(KEYS[by], (), elsewhere=True)
    each = sums(actor, asked, of, by)
    name: ColumnElement[str] = each.c.what
    query = select(each.c.obtained, each.c.came).where(each.c.came > 0)
    if by is By.TITLE:
        query, name = query.join(title, title.c.id == cast(each.c.what, Integer)), title.c.code + " " + title.c.label
    if by is By.CENTRE:
        query, name = query.join(centre, centre.c.id == cast(each.c.what, Integer)), centre.c.name
    rows = conn.execute(query.add_columns(name.label("name")).order_by(each.c.came.desc(), name).limit(MOST_ROWS + 1)).all()
    lines = [Line(_place(by, row.name), row.obtained, row.came) for row in rows[:MOST_ROWS]]
    return Figure(KEYS[by], tuple(lines), cut=len(rows) - len(lines))


def _place(by: By, value: str) -> str:
    return f"{value} {DEPARTMENTS[value][0]}" if by is By.DEPARTMENT and value in DEPARTMENTS else value
