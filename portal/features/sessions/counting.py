"""How many sessions each quick filter holds: counts that stop."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from sqlalchemy import ColumnElement, Connection, Dialect, FromClause, Select, case, func, literal, select, union_all
from sqlalchemy.sql.compiler import SQLCompiler

from portal.features.sessions.listing import Chosen
from portal.features.sessions.views import ALL, NO_ACTUAL_END, POSTPONED, TO_LOCK, VIEWS, View, view_condition
from portal.rules.duties import Duty
from portal.rules.french import number
from portal.rules.lifecycle import Status
from portal.rules.limits import Limits
from portal.store.actors import Actor
from portal.store.places import centre
from portal.store.scope import anybody_like, centres_of, departments_of, told, visible_to, within
from portal.store.sessions import exam_session as s
from portal.store.sessions import session_total
from portal.store.tallies import ALL_TITLES, EVERYTHING, NATION, REGION, STATUSES, UNIT, tally, tally_change

COUNT_BOUND = 500


def counts(conn: Connection, actor: Actor, asked: Chosen, today: date, limits: Limits, shown: Sequence[View]) -> dict[str, int]:
    """How many sessions each of these views holds, under the same search: beyond COUNT_BOUND it is no longer counted. One query. Where
    a search finds more than that, a second one in a centre or a department; of a region or the country, where that would read all
    that was found, none but how many they are together."""
    if asked.whole:
        query, order = _all_counts(conn.dialect, anybody_like(actor), today, limits, tuple(shown))
        known = told(actor)
        row = conn.exec_driver_sql(query, known if order is None else tuple(known[name] for name in order)).one()
        return {view.key: int(row[i]) for i, view in enumerate(shown)}
    views = {view.key: view_condition(view.key, actor.role, today, limits) for view in shown}
    if asked.searched:  # what was asked for is found once, then told apart, where all of it was found
        found = select(s.c.id).where(asked.condition).limit(COUNT_BOUND + 1)
        columns = [func.count().filter(condition) for condition in views.values()]
        total, *each = conn.execute(select(func.count(), *columns).where(s.c.id.in_(found))).one()
        if not many(total):
            return dict(zip(views, each, strict=True))
        if centres_of(actor) is None:
            return {ALL.key: total}
    row = conn.execute(_counts(asked.condition, views)).one()
    return {key: int(row[i]) for i, key in enumerate(views)}


@lru_cache(maxsize=512)
def _all_counts(
    dialect: Dialect, anybody: Actor, today: date, limits: Limits, shown: tuple[View, ...]
) -> tuple[str, Sequence[str] | None]:
    """The counts of a list without filters, as the database reads them, and the names of their parameters where it has them in
    order: they depend on nothing but the scope, nothing typed is in them, and every list asks for them."""
    views = {view.key: view_condition(view.key, anybody.role, today, limits) for view in shown}
    own = centres_of(anybody)
    query = _counts(visible_to(anybody), views, own is not None, _kept(anybody) if own is None else {ALL.key: _total(own)})
    compiled = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    assert isinstance(compiled, SQLCompiler)
    return str(compiled), compiled.positiontup if compiled.positional else None


def _counts(
    scope: ColumnElement[bool],
    views: Mapping[str, ColumnElement[bool]],
    own: bool = False,
    kept: Mapping[str, ColumnElement[int]] = MappingProxyType({}),
) -> Select[*tuple[int, ...]]:
    """`own`: sessions of a centre or a unit, whose views hold a few ten thousand at most and are counted faster than bounded;
    `kept`: how many a view holds, where the database keeps that."""
    count = _exact if own else _bounded
    return select(
        *((kept[key] if key in kept else count(scope & condition)).label(_name(key)) for key, condition in views.items())
    )


def _total(where: ColumnElement[bool]) -> ColumnElement[int]:
    """The sessions of these centres, as the database keeps their number."""
    query = select(func.coalesce(func.sum(session_total.c.number), 0))
    return query.join_from(session_total, centre, centre.c.id == session_total.c.centre_id).where(where).scalar_subquery()


# The views of a region or of the nation that the database keeps the sums of, by their counters.
KEPT = {ALL: STATUSES.values(), POSTPONED: ["moved"], NO_ACTUAL_END: ["waiting"], TO_LOCK: [STATUSES[Status.RESULTS]]}


def _number(of: FromClause, view: View = ALL) -> ColumnElement[int]:
    """How many sessions these rows are the sums of."""
    return func.coalesce(func.sum(sum((of.c[name] for name in KEPT[view]), start=literal(0))), 0)


def _kept(actor: Actor) -> dict[str, ColumnElement[int]]:
    """How many sessions each of KEPT holds: the sum over all years, and what is not added up yet."""
    level, place = (NATION, "") if actor.may(Duty.READ_ALL_DEPARTMENTS) else (REGION, actor.region_code)
    every = tally.c.period == EVERYTHING, tally.c.title_id == ALL_TITLES
    names = sorted({name for counters in KEPT.values() for name in counters})
    summed = select(*(tally.c[name] for name in names)).where(tally.c.level == level, tally.c.place == place, *every)
    changed = select(*(tally_change.c[name] for name in names)).where(within(actor, tally_change.c.department_code))
    rows = union_all(summed, changed).subquery()
    kept = select(*(_number(rows, view).label(_name(view.key)) for view in KEPT)).cte("kept")  # read once for all of them
    return {view.key: select(kept.c[_name(view.key)]).scalar_subquery() for view in KEPT}


def _exact(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).select_from(s).where(condition).scalar_subquery()


def _bounded(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """A count that stops: beyond the bound it is not finished, below it is counted straight along the index."""
    beyond = select(s.c.id).where(condition).limit(1).offset(COUNT_BOUND).exists()
    return case((beyond, COUNT_BOUND + 1), else_=_exact(condition))


def _name(key: str) -> str:
    return key.replace("-", "_")


def by_department(conn: Connection, actor: Actor, today: date, limits: Limits) -> dict[str, dict[str, int]]:
    """How many sessions each view of this role holds, department by department. Two queries: all of them are a kept sum."""
    shown = VIEWS[actor.role]
    every = tally.c.period == EVERYTHING, tally.c.title_id == ALL_TITLES
    places = tally.c.place.in_(departments_of(actor))
    summed = select(tally.c.place.label("code"), _number(tally).label("number")).where(tally.c.level == UNIT, places, *every)
    code = tally_change.c.department_code
    changed = select(code.label("code"), _number(tally_change).label("number")).where(within(actor, code)).group_by(code)
    all_ = union_all(summed.group_by(tally.c.place), changed).subquery()
    whole = select(all_.c.code, func.sum(all_.c.number)).group_by(all_.c.code).order_by(all_.c.code)
    none = dict.fromkeys((view.key for view in shown), 0)
    found = {row[0]: none | {ALL.key: int(row[1])} for row in conn.execute(whole) if row[1]}
    each = [
        select(s.c.department_code, literal(view.key), func.count())
        .where(visible_to(actor), view_condition(view.key, actor.role, today, limits))
        .group_by(s.c.department_code)
        for view in shown
        if view is not ALL
    ]
    for department, view, many in conn.execute(union_all(*each)):
        found.setdefault(department, {**none})[view] = int(many)  # its very first may have come meanwhile
    return found


def in_words(count: int) -> str:
    """« 41 », « plus de 500 » of a count that stopped; what is kept or counted to the end is told as it is."""
    return f"plus de {number(COUNT_BOUND)}" if count == COUNT_BOUND + 1 else number(count)


def many(count: int) -> bool:
    """Whether there are more than are counted."""
    return count > COUNT_BOUND
