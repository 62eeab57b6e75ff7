"""The list of sessions: filters, views, order and keyset pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select, tuple_

from portal.rules.conditions import Condition
from portal.rules.lifecycle import ACTIVE, Role, Status
from portal.rules.limits import Limits, late
from portal.rules.todo import TABLE, Next
from portal.sessions.queries import candidate_count
from portal.store.actors import Actor
from portal.store.conditions import matches
from portal.store.places import centre
from portal.store.scope import visible_to
from portal.store.sessions import exam_session as s
from portal.store.text import fold
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


def step_key(role: Role, today: date) -> ColumnElement[str]:
    """The key of `portal.rules.todo.next_step`, in SQL."""
    steps = [(matches(step.when, today), step.key) for step in TABLE[role]]
    return case(*steps, else_="") if steps else func.coalesce("", "")


def acts(role: Role) -> list[str]:
    return [step.key for step in TABLE[role] if step.act]


def step_of(role: Role, key: str) -> Next | None:
    return next((step for step in TABLE[role] if step.key == key), None)


def view_condition(view: str, role: Role, today: date, limits: Limits) -> ColumnElement[bool]:
    match view:
        case "en-retard":
            return or_(*(matches(condition, today) for condition in late(limits, today)))
        case "a-faire":
            return step_key(role, today).in_(acts(role))
        case "reportees":
            return s.c.postponed_run_id.is_not(None)
        case "resultats":
            return step_key(Role.CENTRE, today) == "enter_results"
        case "sans-date-reelle":
            return matches(Condition(ACTIVE, postponed=True, actual_end_known=False), today)
        case "a-verrouiller":
            return s.c.status == Status.RESULTS.value
    return s.c.id.is_not(None)


def chosen(actor: Actor, filters: Filters) -> ColumnElement[bool]:
    """The sessions that this person may see and asked for, whatever the view. Needs centre and title joined."""
    parts = [visible_to(actor), *(_word(word) for word in _words(filters.search))]
    if filters.status:
        parts.append(s.c.status == filters.status.value)
    if filters.start_from:
        parts.append(s.c.starts_on >= filters.start_from)
    if filters.start_to:
        parts.append(s.c.starts_on <= filters.start_to)
    if filters.department:
        parts.append(s.c.department_code == filters.department)
    return and_(*parts)


def _words(search: str) -> list[str]:
    words = fold(search).split()[:8]
    return [w for w in words if w != "id"] or words


def _word(word: str) -> ColumnElement[bool]:
    """One word of the search: a number of session, a SIRET, a part of a title or of a centre."""
    places = [title.c.search_key.contains(word, autoescape=True), centre.c.search_key.contains(word, autoescape=True)]
    if word.isascii() and word.isdecimal():
        if len(word) <= 9:
            places.append(s.c.id == int(word))
        places.append(centre.c.siret.startswith(word, autoescape=True))
    return or_(*places)


def _joined(query: Any) -> Select[Any]:
    return query.join_from(s, centre, centre.c.id == s.c.centre_id).join(title, title.c.id == s.c.title_id)


def page(conn: Connection, actor: Actor, filters: Filters, today: date, limits: Limits, cursor: Cursor | None = None) -> Page:
    """Fifty sessions. One query, whose cost does not grow with the pages before."""
    column = SORTS[filters.sort]
    query = _joined(
        select(
            s.c.id.label("number"),
            s.c.starts_on,
            s.c.ends_on,
            s.c.planned_end_on,
            s.c.actual_end_on,
            s.c.status,
            s.c.postponed_case,
            s.c.department_code,
            s.c.place,
            s.c.kind,
            centre.c.name.label("centre_name"),
            title.c.code.label("title_code"),
            title.c.label.label("title_label"),
            candidate_count.label("candidates"),
            step_key(actor.role, today).label("step"),
        )
    ).where(chosen(actor, filters), view_condition(filters.view, actor.role, today, limits))
    backwards = cursor is not None and cursor.before
    ascending = filters.ascending != backwards
    if cursor:
        here = tuple_(column, s.c.id)
        there = tuple_(cursor.value, cursor.number)
        query = query.where(here > there if ascending else here < there)
    order = [column.asc(), s.c.id.asc()] if ascending else [column.desc(), s.c.id.desc()]
    rows = list(conn.execute(query.order_by(*order).limit(PAGE + 1)))
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    if backwards:
        rows.reverse()
    has_previous, has_next = (more, True) if backwards else (cursor is not None, more)
    return Page(
        rows,
        replace(_cursor(rows[0], filters), before=True) if rows and has_previous else None,
        _cursor(rows[-1], filters) if rows and has_next else None,
    )


def _cursor(row: Row[Any], filters: Filters) -> Cursor:
    value = {"numero": row.number, "debut": row.starts_on, "fin": row.ends_on}[filters.sort]
    return Cursor(value, row.number)


def counts(conn: Connection, actor: Actor, filters: Filters, today: date, limits: Limits) -> dict[str, int]:
    """How many sessions each view of this role holds, under the same search. One query."""
    columns = [
        func.count().filter(view_condition(view.key, actor.role, today, limits)).label(view.key.replace("-", "_"))
        for view in VIEWS[actor.role]
    ]
    row = conn.execute(_joined(select(*columns)).where(chosen(actor, filters))).one()
    return {view.key: getattr(row, view.key.replace("-", "_")) for view in VIEWS[actor.role]}
