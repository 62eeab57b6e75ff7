"""How many sessions each quick filter holds: counts that stop."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from sqlalchemy import ColumnElement, Connection, Dialect, Select, case, func, select

from portal.features.sessions.listing import Chosen
from portal.features.sessions.views import ALL, VIEWS, View, view_condition
from portal.rules.french import number
from portal.rules.lifecycle import Role
from portal.rules.limits import Limits
from portal.store.actors import Actor
from portal.store.places import centre
from portal.store.scope import centres_of, visible_to
from portal.store.sessions import exam_session as s
from portal.store.sessions import session_total

COUNT_BOUND = 10_000


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


def _counts(
    scope: ColumnElement[bool], views: Mapping[str, ColumnElement[bool]], total: ColumnElement[int] | None = None
) -> Select[*tuple[int, ...]]:
    """`total`: all sessions of a centre or a unit, whose views hold a few ten thousand at most and are counted faster than
    bounded."""
    count = _bounded if total is None else _exact
    return select(
        *(
            (total if key == ALL.key and total is not None else count(scope & condition)).label(_name(key))
            for key, condition in views.items()
        )
    )


def _total(where: ColumnElement[bool]) -> ColumnElement[int]:
    """The sessions of these centres, as the database keeps their number."""
    query = select(func.coalesce(func.sum(session_total.c.number), 0))
    return query.join_from(session_total, centre, centre.c.id == session_total.c.centre_id).where(where).scalar_subquery()


def _exact(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).select_from(s).where(condition).scalar_subquery()


def _bounded(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """A count that stops: beyond the bound it is not finished, below it is counted straight along the index."""
    beyond = select(s.c.id).where(condition).limit(1).offset(COUNT_BOUND).exists()
    return case((beyond, COUNT_BOUND + 1), else_=_exact(condition))


def _name(key: str) -> str:
    return key.replace("-", "_")


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
