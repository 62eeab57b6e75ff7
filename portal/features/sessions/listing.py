"""The list of sessions: filters, views, order and keyset pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, column, func, select, tuple_, union_all

from portal.core.finding import candidate_count
from portal.features.sessions.search import Called, search
from portal.features.sessions.views import ALL, ENDLESS, LATE, POSTPONED, step_key, view_condition
from portal.rules import minutes
from portal.rules.duties import Duty, may_do
from portal.rules.lifecycle import ACTIVE, Role, Status
from portal.rules.limits import Limits, lateness
from portal.rules.todo import DEPOSIT, WAIT_MINUTES
from portal.store.actors import Actor
from portal.store.conditions import first_day, last_day
from portal.store.places import centre
from portal.store.scope import anybody_like, departments_of, told, visible_to
from portal.store.sessions import exam_session as s
from portal.store.titles import title

PAGE = 50
SORTS = {"numero": s.c.id, "debut": s.c.starts_on, "fin": s.c.ends_on}


@dataclass(frozen=True)
class Filters:
    search: str = ""
    status: Status | None = None
    start_from: date | None = None
    start_to: date | None = None
    department: str = ""
    view: str = ALL.key
    sort: str = "numero"
    ascending: bool = False


@dataclass(frozen=True)
class Chosen:
    """`condition` on exam_session; `whole` when it is all that the person sees; `searched` when words were asked for; `few`
    `exact` and `called` as in `search.Search`; `departments`: the several, and only they, that a region sees of the country."""

    condition: ColumnElement[bool]
    whole: bool
    searched: bool
    few: bool
    exact: int | None = None
    called: Called | None = None
    departments: Sequence[str] = ()


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after this row, or before it."""

    value: int | date
    number: int
    before: bool = False


@dataclass(frozen=True)
class Page:
    rows: Sequence[Row[Any]]
    previous: Cursor | None
    next: Cursor | None


def chosen(conn: Connection, actor: Actor, filters: Filters) -> Chosen:
    """The sessions that this person may see and asked for, whatever the view."""
    found = search(conn, actor, filters.search)
    parts = [visible_to(actor), *([found.condition] if found else []), *_narrowed(filters)]
    if found is None:
        return Chosen(and_(*parts), whole=len(parts) == 1, searched=False, few=False, departments=departments_of(actor))
    return Chosen(and_(*parts), whole=False, searched=True, few=found.few, exact=found.exact, called=found.called)


def _narrowed(filters: Filters) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = []
    if filters.status:
        parts.append(s.c.status == filters.status.value)
    if filters.start_from:
        parts.append(s.c.starts_on >= filters.start_from)
    if filters.start_to:
        parts.append(s.c.starts_on <= filters.start_to)
    if filters.department:
        parts.append(s.c.department_code == filters.department)
    return parts


def _joined(query: Select[Any]) -> Select[Any]:
    return query.join_from(s, centre, centre.c.id == s.c.centre_id).join(title, title.c.id == s.c.title_id)


@lru_cache(maxsize=64)
def _shown(role: Role, today: date) -> Select[Any]:
    """What a row of the list shows."""
    return _joined(
        select(
            s.c.id.label("number"),
            s.c.starts_on,
            s.c.ends_on,
            s.c.planned_end_on,
            s.c.actual_end_on,
            s.c.status,
            first_day.label("first_day"),
            last_day.label("last_day"),
            s.c.postponed_case,
            s.c.department_code,
            s.c.place,
            s.c.kind,
            centre.c.name.label("centre_name"),
            title.c.code.label("title_code"),
            title.c.label.label("title_label"),
            candidate_count.label("candidates"),
            step_key(role, today).label("step"),
        )
    )


@lru_cache(maxsize=512)
def _first_page(anybody: Actor, filters: Filters, today: date, limits: Limits, many: bool | None) -> Select[Any]:
    """The query of a first page without a search, built once for everybody of one role, and region."""
    scope = and_(visible_to(anybody), *_narrowed(filters))
    asked = Chosen(scope, whole=False, searched=False, few=False, departments=departments_of(anybody))
    return _page_of(anybody.role, asked, filters, today, limits, None, many)


def _page_of(
    role: Role, asked: Chosen, filters: Filters, today: date, limits: Limits, cursor: Cursor | None, many: bool | None
) -> Select[Any]:
    key = SORTS[filters.sort]
    backwards = cursor is not None and cursor.before
    ascending = filters.ascending != backwards
    parts = [view_condition(filters.view, role, today, limits)]
    if asked.exact is not None:
        parts.append(s.c.id != asked.exact)
    if cursor:
        here = tuple_(key, s.c.id)
        there = tuple_(cursor.value, cursor.number)
        parts.append(here > there if ascending else here < there)
    if asked.few or (many is False and filters.view == POSTPONED.key) or (_is_short(role, filters) and not many):
        # sorted once found: an expression keeps the database from walking in order
        ids = _first(parts, asked.condition, func.coalesce(key, key), ascending)
    elif filters.department or len(asked.departments) < 2:
        ids = _first(parts, asked.condition, key, ascending)
    else:
        ids = _first_of_each(parts + _narrowed(filters), asked.departments, key, ascending)
    return _shown(role, today).where(s.c.id.in_(ids)).order_by(*_order((key, s.c.id), ascending))


def _order(keys: Iterable[ColumnElement[Any]], ascending: bool) -> list[ColumnElement[Any]]:
    return [key.asc() if ascending else key.desc() for key in keys]


def _first(
    parts: Iterable[ColumnElement[bool]], scope: ColumnElement[bool], key: ColumnElement[Any], ascending: bool
) -> Select[tuple[int]]:
    """The numbers of a page's sessions, and of one more."""
    return select(s.c.id).where(scope, *parts).order_by(*_order((key, s.c.id), ascending)).limit(PAGE + 1)


def _first_of_each(
    parts: Sequence[ColumnElement[bool]], departments: Sequence[str], key: ColumnElement[Any], ascending: bool
) -> Select[tuple[int]]:
    """The same of several departments: along each one's own order, all of them at once, as both databases read such a union; the
    order of the whole country meets theirs but now and then."""
    found = select(s.c.id.label("id"), key.label("key"))
    each = union_all(*(found.where(s.c.department_code == code, *parts) for code in departments))
    first = each.order_by(*_order((column("key"), column("id")), ascending)).limit(PAGE + 1).subquery()
    return select(first.c.id)


def _is_short(role: Role, filters: Filters) -> bool:
    """Whether whoever sees less than the country asks for what is not over, or anybody for what is late: mostly little, beside all
    that was."""
    over = filters.view in ENDLESS and filters.status not in (*ACTIVE, Status.RESULTS)
    return filters.view == LATE.key or (not over and not may_do(role, Duty.READ_ALL_DEPARTMENTS).ok)


def page(
    conn: Connection,
    actor: Actor,
    filters: Filters,
    asked: Chosen,
    today: date,
    limits: Limits,
    cursor: Cursor | None = None,
    many: bool | None = None,
) -> Page:
    """Fifty sessions; the one whose very number was searched for stands before them. A query or two, whose cost grows neither
    with the pages before nor with the table. `many`: whether what the view holds is more than one sorts, so that fifty are soon met
    in order; None where that is not known."""
    if asked.searched or cursor:
        query = _page_of(actor.role, asked, filters, today, limits, cursor, many)
    else:
        query = _first_page(anybody_like(actor), filters, today, limits, many)
    backwards = cursor is not None and cursor.before
    rows = list(conn.execute(query, told(actor)).all())
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    if backwards:
        rows.reverse()
    has_previous, has_next = (more, True) if backwards else (cursor is not None, more)
    exact = [] if asked.exact is None or has_previous else _exact_row(conn, actor.role, filters, asked, today, limits)
    return Page(
        [*exact, *rows],
        replace(_cursor(rows[0], filters), before=True) if rows and has_previous else None,
        _cursor(rows[-1], filters) if rows and has_next else None,
    )


def _exact_row(conn: Connection, role: Role, filters: Filters, asked: Chosen, today: date, limits: Limits) -> list[Row[Any]]:
    """The session whose very number was searched for, if it is among what was asked for."""
    wanted = s.c.id == asked.exact, asked.condition, view_condition(filters.view, role, today, limits)
    return list(conn.execute(_shown(role, today).where(*wanted)))


def _cursor(row: Row[Any], filters: Filters) -> Cursor:
    value = {"numero": row.number, "debut": row.starts_on, "fin": row.ends_on}[filters.sort]
    return Cursor(value, row.number)


def whole(actor: Actor) -> Chosen:
    """All that a person sees, without a search or a filter."""
    return Chosen(visible_to(actor), whole=True, searched=False, few=False)


def late(row: Row[Any], limits: Limits, today: date) -> str:
    """Since when this row is late, and whose turn it is; empty for one that is not."""
    if row.step in (DEPOSIT.key, WAIT_MINUTES.key):
        return minutes.lateness(row.actual_end_on or row.ends_on, today)
    return lateness(Status(row.status), row.first_day, limits, today)
