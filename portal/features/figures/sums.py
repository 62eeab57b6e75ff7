"""The sums behind the figures: whole months as the database keeps them, the days at both ends of the span counted one by one."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Select, String, Subquery, cast, func, literal_column, select, union_all

from portal.rules.duties import Duty
from portal.rules.lifecycle import Kind
from portal.store.actors import Actor
from portal.store.candidates import result
from portal.store.months import month_of
from portal.store.places import centre, department
from portal.store.scope import departments_of, visible_to, within
from portal.store.sessions import exam_session as s
from portal.store.tallies import (
    ALL_TITLES,
    CENTRE,
    COUNTERS,
    EVERYTHING,
    NATION,
    REGION,
    UNIT,
    of_result,
    of_session,
    tally,
    tally_change,
)
from portal.store.titles import title

Days = tuple[date, date]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """The filters: sessions that begin between two days, in one department, of one title (each may be open)."""

    start: date | None = None
    end: date | None = None
    department: str = ""
    title: str = ""


class By(StrEnum):
    """What sums are told apart by."""

    NOTHING = "nothing"
    MONTH = "month"
    TITLE = "title"
    DEPARTMENT = "department"
    CENTRE = "centre"


@dataclass(frozen=True)
class Span:
    """The months that lie whole in what was asked for, from and to; the days beside them, which are no whole month."""

    first: str
    last: str
    edges: Sequence[Days]
    years: tuple[int, int]  # in which the kept sums lie

    @property
    def periods(self) -> list[str]:
        """The same months in as few kept periods as can be."""
        if (self.first, self.last) == (OPEN_START, OPEN_END):
            return [EVERYTHING]
        found = []
        for year in range(self.years[0], self.years[1] + 1):
            months = self._months(year)
            found += [f"{year:04}"] if len(months) == 12 else months
        return found

    @property
    def months(self) -> list[str]:
        """The same, month by month."""
        return [month for year in range(self.years[0], self.years[1] + 1) for month in self._months(year)]

    def latest(self, months: int) -> "Span":
        """So many months of it at most, the last that there are."""
        if len(self.months) <= months:
            return self
        first = self.months[-months]
        return replace(self, first=first, edges=[days for days in self.edges if f"{days[0]:%Y-%m}" >= first])

    def _months(self, year: int) -> list[str]:
        return [name for month in range(1, 13) if self.first <= (name := f"{year:04}-{month:02}") <= self.last]


OPEN_START, OPEN_END = "0000-00", "9999-99"


def span(conn: Connection, asked: Asked) -> Span:
    """One query: which years there are."""
    first, last = _months_between(asked)
    kept = tally.c.level == NATION, tally.c.place == "", tally.c.period != EVERYTHING
    ends = [conn.execute(select(tally.c.period).where(*kept).order_by(order).limit(1)).scalar() for order in _ENDS]
    years = (int(str(ends[0])[:4]), int(str(ends[1])[:4])) if ends[0] and ends[1] else (1, 0)
    return Span(first, last, _edges(asked), years)


_ENDS = (tally.c.period.asc(), tally.c.period.desc())


def _months_between(asked: Asked) -> tuple[str, str]:
    first, last = OPEN_START, OPEN_END
    if asked.start:
        begins = asked.start if asked.start.day == 1 else _last_of(asked.start) + DAY
        first = f"{begins:%Y-%m}"
    if asked.end:
        ends = asked.end if asked.end == _last_of(asked.end) else asked.end.replace(day=1) - DAY
        last = f"{ends:%Y-%m}"
    return first, last


def _last_of(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _edges(asked: Asked) -> list[Days]:
    found: list[Days] = []
    start, end = asked.start, asked.end
    if start and start.day != 1:
        found.append((start, min(_last_of(start), end or date.max)))
    if end and end != _last_of(end):
        days = max(end.replace(day=1), start or date.min), end
        if days not in found:
            found.append(days)
    return [(a, b) for a, b in found if a <= b]


# ---- the sums


def sums(actor: Actor, asked: Asked, of: Span, by: By = By.NOTHING) -> Subquery:
    """`what`: by what they are told apart; then each counter. Kept sums, what is not added up yet, and the days at the ends: one
    statement, so that nothing is counted twice while the worker adds up."""
    parts = [_kept(actor, asked, of, by), _changed(actor, asked, of, by)]
    for days in of.edges:
        parts += [_sessions(actor, asked, days, by), _results(actor, asked, days, by)]
    all_ = union_all(*parts).subquery()
    return select(all_.c.what, *(func.sum(all_.c[name]).label(name) for name in COUNTERS)).group_by(all_.c.what).subquery()


def _kept(actor: Actor, asked: Asked, of: Span, by: By) -> Select[*tuple[object, ...]]:
    level, places = _places(actor, asked, by)
    unit = select(centre.c.department_code).where(centre.c.id == actor.centre_id).scalar_subquery()
    what = {
        By.NOTHING: _SAME,
        By.MONTH: tally.c.period,
        By.TITLE: cast(tally.c.title_id, String),
        By.DEPARTMENT: unit if level == CENTRE else tally.c.place,
        By.CENTRE: tally.c.place,
    }[by]
    each = by is By.TITLE or level == CENTRE
    titles = tally.c.title_id > ALL_TITLES if each else tally.c.title_id == ALL_TITLES
    return select(what.label("what"), *(tally.c[name] for name in COUNTERS)).where(
        tally.c.level == level,
        places,
        tally.c.period.in_(of.months if by is By.MONTH else of.periods),
        tally.c.title_id == _title(asked) if asked.title else titles,
    )


_SAME: ColumnElement[str] = literal_column("''")


def _places(actor: Actor, asked: Asked, by: By) -> tuple[str, ColumnElement[bool]]:
    """At which level, and of which places, the sums are kept that this person asks for."""
    place = tally.c.place
    everywhere = actor.may(Duty.READ_ALL_DEPARTMENTS)
    if actor.centre_id is not None:
        own = select(cast(centre.c.id, String)).where(centre.c.id == actor.centre_id)
        return CENTRE, place.in_(own.where(centre.c.department_code == asked.department) if asked.department else own)
    units = [code for code in departments_of(actor) if asked.department in ("", code)]
    if everywhere and asked.department:
        units = [asked.department]
    if by is By.CENTRE:
        return CENTRE, place.in_(select(cast(centre.c.id, String)).where(centre.c.department_code.in_(units)))
    if by is By.DEPARTMENT and everywhere and not units:
        return UNIT, place.in_(select(department.c.code))
    if by is By.DEPARTMENT or asked.department or not actor.may(Duty.COMPARE_DEPARTMENTS):
        return UNIT, place.in_(units)
    return (NATION, place == "") if everywhere else (REGION, place == actor.region_code)


def _title(asked: Asked) -> ColumnElement[int]:
    return select(title.c.id).where(title.c.code == asked.title).scalar_subquery()


def _changed(actor: Actor, asked: Asked, of: Span, by: By) -> Select[*tuple[object, ...]]:
    """What the worker has not added up yet."""
    c = tally_change.c
    what = {
        By.NOTHING: _SAME,
        By.MONTH: c.month,
        By.TITLE: cast(c.title_id, String),
        By.DEPARTMENT: c.department_code,
        By.CENTRE: cast(c.centre_id, String),
    }[by]
    where = within(actor, c.department_code, c.centre_id), c.month.between(of.first, of.last)
    counted = select(what.label("what"), *(c[name] for name in COUNTERS))
    return counted.where(*where, *_filtered(asked, c.department_code, c.title_id))


# ---- day by day


def _sessions(actor: Actor, asked: Asked, days: Days, by: By) -> Select[*tuple[object, ...]]:
    return select(_what(by), *_columns(of_session("exam_session"))).where(*_begins(actor, asked, days))


def _results(actor: Actor, asked: Asked, days: Days, by: By) -> Select[*tuple[object, ...]]:
    decided = result.c.definitive, result.c.certificate_id.is_(None), s.c.kind == Kind.TITLE.value
    query = select(_what(by), *_columns(of_result("result"))).join_from(s, result, result.c.session_id == s.c.id)
    return query.where(*_begins(actor, asked, days), *decided)


def _what(by: By) -> ColumnElement[str]:
    what = {
        By.NOTHING: _SAME,
        By.MONTH: month_of(s.c.starts_on),
        By.TITLE: cast(s.c.title_id, String),
        By.DEPARTMENT: s.c.department_code,
        By.CENTRE: cast(s.c.centre_id, String),
    }[by]
    return what.label("what")


def _columns(counted: dict[str, str]) -> list[ColumnElement[int]]:
    return [literal_column(counted.get(name, "0")).label(name) for name in COUNTERS]


def _begins(actor: Actor, asked: Asked, days: Days) -> list[ColumnElement[bool]]:
    return [visible_to(actor), s.c.starts_on.between(*days), *_filtered(asked, s.c.department_code, s.c.title_id)]


def _filtered(asked: Asked, department_code: ColumnElement[str], title_id: ColumnElement[int]) -> Iterator[ColumnElement[bool]]:
    if asked.department:
        yield department_code == asked.department
    if asked.title:
        yield title_id == _title(asked)
