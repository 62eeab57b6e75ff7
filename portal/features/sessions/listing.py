"""The list of sessions: filters, views, order and keyset pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, Row, Select, and_, case, func, or_, select, tuple_

from portal.core.finding import candidate_count
from portal.features.sessions.search import Called, search
from portal.rules.french import number
from portal.rules.lifecycle import Role, Status
from portal.rules.limits import Limits, late
from portal.rules.todo import NO_REAL_END, TABLE, Next
from portal.store.actors import Actor
from portal.store.conditions import first_day, matches
from portal.store.places import centre
from portal.store.scope import centres_of, visible_to
from portal.store.sessions import exam_session as s
from portal.store.sessions import session_total
from portal.store.titles import title

PAGE = 50
COUNT_BOUND = 10_000
SORTS = {"numero": s.c.id, "debut": s.c.starts_on, "fin": s.c.ends_on}


@dataclass(frozen=True)
class View:
    """A quick filter of the list, with the count of what it holds."""

    key: str
    label: str


ALL = View("toutes", "Toutes")
TODO = View("a-faire", "À faire")
POSTPONED = View("reportees", "Reportées automatiquement")
RESULTS_DUE = View("resultats", "Résultats à saisir")
NO_ACTUAL_END = View("sans-date-reelle", "Sans date réelle")
TO_LOCK = View("a-verrouiller", "À verrouiller")
LATE = View("en-retard", "En retard")

VIEWS = {
    Role.CENTRE: (ALL, TODO, LATE, POSTPONED, RESULTS_DUE),
    Role.UD: (ALL, TODO, LATE, POSTPONED, NO_ACTUAL_END, TO_LOCK),
    Role.REGION: (ALL, LATE, POSTPONED, NO_ACTUAL_END, TO_LOCK),
    Role.NATIONAL: (ALL, LATE, POSTPONED, NO_ACTUAL_END, TO_LOCK),
}


# Behind each number of the day's page: the sessions at one step of a role's table.
STEP = "etape-"
STEP_VIEWS = {role: tuple(View(STEP + step.key, step.label) for step in steps) for role, steps in TABLE.items()}


def views(role: Role, current: str = "") -> tuple[View, ...]:
    """The quick filters of a role, and the one that a link of the day's page leads to."""
    return VIEWS[role] + tuple(view for view in STEP_VIEWS[role] if view.key == current)


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
    `exact` and `called` as in `search.Search`."""

    condition: ColumnElement[bool]
    whole: bool
    searched: bool
    few: bool
    exact: int | None = None
    called: Called | None = None


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


@lru_cache(maxsize=64)
def step_key(role: Role, today: date) -> ColumnElement[str]:
    """The key of `portal.rules.todo.next_step`, in SQL."""
    steps = [(matches(step.when, today), step.key) for step in TABLE[role]]
    return case(*steps, else_="") if steps else func.coalesce("", "")


def _acts(role: Role, today: date) -> ColumnElement[bool]:
    """Sessions whose first fitting step is one that this role takes, as conditions that an index can answer one by one."""
    found: list[ColumnElement[bool]] = []
    waiting: list[Next] = []
    for step in TABLE[role]:
        if step.act:
            before = [w for w in waiting if _share_a_status(w, step)]
            found.append(and_(matches(step.when, today), *(~matches(w.when, today) for w in before)))
        else:
            waiting.append(step)
    return or_(*found)


def _share_a_status(a: Next, b: Next) -> bool:
    return bool(set(a.when.statuses or Status) & set(b.when.statuses or Status))


def steps_of(role: Role) -> dict[str, Next]:
    """The steps of this role's table by their keys."""
    return {step.key: step for step in TABLE[role]}


@lru_cache(maxsize=512)
def view_condition(view: str, role: Role, today: date, limits: Limits) -> ColumnElement[bool]:
    if view.startswith(STEP):
        return step_key(role, today) == view.removeprefix(STEP)
    match view:
        case "en-retard":
            return or_(*(matches(condition, today) for condition in late(limits, today)))
        case "a-faire":
            return _acts(role, today)
        case "reportees":
            return s.c.postponed_run_id.is_not(None)
        case "resultats":
            return step_key(Role.CENTRE, today) == "enter_results"
        case "sans-date-reelle":
            return matches(NO_REAL_END, today)
        case "a-verrouiller":
            return s.c.status == Status.RESULTS.value
    return s.c.id.is_not(None)


def chosen(conn: Connection, actor: Actor, filters: Filters) -> Chosen:
    """The sessions that this person may see and asked for, whatever the view."""
    found = search(conn, actor, filters.search)
    parts = [visible_to(actor), *([found.condition] if found else []), *_narrowed(filters)]
    if found is None:
        return Chosen(and_(*parts), whole=len(parts) == 1, searched=False, few=False)
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


def _joined(query: Any) -> Select[Any]:
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
def _first_page(
    role: Role,
    centre_id: int | None,
    department_code: str | None,
    region_code: str | None,
    filters: Filters,
    today: date,
    limits: Limits,
) -> Select[Any]:
    """The query of a first page without a search, built once for everybody of one scope."""
    scope = visible_to(Actor(None, "", "", role, centre_id, department_code, region_code))
    asked = Chosen(and_(scope, *_narrowed(filters)), whole=False, searched=False, few=False)
    return _page_of(role, asked, filters, today, limits, None)


def _page_of(role: Role, asked: Chosen, filters: Filters, today: date, limits: Limits, cursor: Cursor | None) -> Select[Any]:
    column = SORTS[filters.sort]
    backwards = cursor is not None and cursor.before
    ascending = filters.ascending != backwards
    found = select(s.c.id).where(asked.condition, view_condition(filters.view, role, today, limits))
    if asked.exact is not None:
        found = found.where(s.c.id != asked.exact)
    if cursor:
        here = tuple_(column, s.c.id)
        there = tuple_(cursor.value, cursor.number)
        found = found.where(here > there if ascending else here < there)
    keys: list[Any] = [column, s.c.id]
    order = [key.asc() if ascending else key.desc() for key in keys]
    if asked.few:  # sorted after they are found: an expression keeps the database from walking in order through all others
        keys = [func.coalesce(column, column), s.c.id]
    ids = found.order_by(*(key.asc() if ascending else key.desc() for key in keys)).limit(PAGE + 1)
    return _shown(role, today).where(s.c.id.in_(ids)).order_by(*order)


def page(
    conn: Connection,
    actor: Actor,
    filters: Filters,
    asked: Chosen,
    today: date,
    limits: Limits,
    cursor: Cursor | None = None,
) -> Page:
    """Fifty sessions; the one whose very number was searched for stands before them. A query or two, whose cost grows neither
    with the pages before nor with the table."""
    if asked.searched or cursor:
        query = _page_of(actor.role, asked, filters, today, limits, cursor)
    else:
        query = _first_page(actor.role, actor.centre_id, actor.department_code, actor.region_code, filters, today, limits)
    backwards = cursor is not None and cursor.before
    rows = list(conn.execute(query))
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


def counts(conn: Connection, actor: Actor, asked: Chosen, today: date, limits: Limits, shown: Sequence[View]) -> dict[str, int]:
    """How many sessions each of these views holds, under the same search: beyond COUNT_BOUND it is no longer counted.
    One query."""
    if asked.whole:
        scope = (actor.role, actor.centre_id, actor.department_code, actor.region_code)
        row = conn.exec_driver_sql(_all_counts(conn.dialect, *scope, today, limits, tuple(shown))).one()
        return {view.key: int(row[i]) for i, view in enumerate(shown)}
    views = {view.key: view_condition(view.key, actor.role, today, limits) for view in shown}
    if asked.searched:  # what was asked for is found once, then told apart
        found = select(s.c.id).where(asked.condition).limit(COUNT_BOUND + 1)
        columns = [func.count().filter(condition).label(_name(key)) for key, condition in views.items()]
        row = conn.execute(select(*columns).where(s.c.id.in_(found))).one()
    else:
        row = conn.execute(_counts(asked.condition, views)).one()
    return {key: int(row[i]) for i, key in enumerate(views)}


@lru_cache(maxsize=512)
def _all_counts(
    dialect: Dialect,
    role: Role,
    centre_id: int | None,
    department_code: str | None,
    region_code: str | None,
    today: date,
    limits: Limits,
    shown: tuple[View, ...],
) -> str:
    """The counts of a list without filters, as the database reads them: they depend on nothing else, nothing typed is in
    them, and every list asks for them."""
    actor = Actor(None, "", "", role, centre_id, department_code, region_code)
    views = {view.key: view_condition(view.key, role, today, limits) for view in shown}
    own = centres_of(actor)
    query = _counts(visible_to(actor), views, None if own is None else _total(own))
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _counts(scope: ColumnElement[bool], views: Mapping[str, ColumnElement[bool]], total: Any = None) -> Select[Any]:
    """`total`: all sessions of a centre or a unit, whose views hold a few ten thousand at most and are counted faster than
    bounded."""
    count = _bounded if total is None else _exact
    return select(
        *(
            (total if key == ALL.key and total is not None else count(scope & condition)).label(_name(key))
            for key, condition in views.items()
        )
    )


def _total(where: ColumnElement[bool]) -> Any:
    """The sessions of these centres, as the database keeps their number."""
    query = select(func.coalesce(func.sum(session_total.c.number), 0))
    return query.join_from(session_total, centre, centre.c.id == session_total.c.centre_id).where(where).scalar_subquery()


def _exact(condition: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(s).where(condition).scalar_subquery()


def _bounded(condition: ColumnElement[bool]) -> Any:
    """A count that stops: beyond the bound it is not finished, below it is counted straight along the index."""
    beyond = select(s.c.id).where(condition).limit(1).offset(COUNT_BOUND).exists()
    return case((beyond, COUNT_BOUND + 1), else_=_exact(condition))


def _name(key: str) -> str:
    return key.replace("-", "_")


def whole(actor: Actor) -> Chosen:
    """All that a person sees, without a search or a filter."""
    return Chosen(visible_to(actor), whole=True, searched=False, few=False)


def by_department(conn: Connection, actor: Actor, today: date, limits: Limits) -> dict[str, dict[str, int]]:
    """How many sessions each view of this role holds, department by department. One query."""
    shown = VIEWS[actor.role]
    columns = [func.count().filter(view_condition(v.key, actor.role, today, limits)).label(_name(v.key)) for v in shown]
    rows = conn.execute(
        select(s.c.department_code, *columns).where(visible_to(actor)).group_by(s.c.department_code).order_by(s.c.department_code)
    )
    return {row[0]: {view.key: int(row[i + 1]) for i, view in enumerate(shown)} for row in rows}


def in_words(count: int) -> str:
    """« 41 », « plus de 10 000 »"""
    return number(count) if count <= COUNT_BOUND else f"plus de {number(COUNT_BOUND)}"
