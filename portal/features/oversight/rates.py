"""Centres whose rate on a title is far from the nation's, over the months that the database keeps summed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Row, Select, String, cast, func, select, union_all

from portal.rules.signals import LEAST_EXAMINED, far, wilson
from portal.store.actors import Actor
from portal.store.places import centre
from portal.store.scope import within
from portal.store.tallies import ALL_TITLES, CENTRE, NATION, tally, tally_change
from portal.store.titles import title

_t, _c = tally.c, tally_change.c


def far_rates(conn: Connection, actor: Actor, since: date, today: date, department: str = "") -> list[tuple[Row[Any], str, str]]:
    """Centre and title, what was found, and what it is compared with; sessions count by the month of their start. Two queries."""
    months = _months(since, today)
    rows = conn.execute(_of_centres(actor, months, department)).all()
    nation = {row.title_id: row for row in conn.execute(_of_the_nation(months, {row.title_id for row in rows}))} if rows else {}
    return [(row, *_words(row, nation[row.title_id])) for row in rows if _is_far(row, nation[row.title_id])]


def _months(since: date, today: date) -> list[str]:
    """From the month of a day to this one."""
    months = range(since.year * 12 + since.month - 1, today.year * 12 + today.month)
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in months]


def _of_centres(actor: Actor, months: Sequence[str], department: str) -> Select[Any]:
    """What is kept, and what is not added up yet: one statement, so that nothing is counted twice."""
    own: list[ColumnElement[bool]] = [within(actor, centre.c.department_code, centre.c.id)]
    changed = [within(actor, _c.department_code, _c.centre_id), _c.month.in_(months)]
    if department:
        own.append(centre.c.department_code == department)
        changed.append(_c.department_code == department)
    places = select(cast(centre.c.id, String)).where(*own)
    kept = _t.level == CENTRE, _t.place.in_(places), _t.period.in_(months), _t.title_id > ALL_TITLES
    each = union_all(
        select(cast(_t.place, Integer).label("centre_id"), _t.title_id, _t.came, _t.obtained).where(*kept),
        select(_c.centre_id, _c.title_id, _c.came, _c.obtained).where(*changed),
    ).subquery()
    sums = (
        select(each.c.centre_id, each.c.title_id, *_summed(each.c.came, each.c.obtained))
        .group_by(each.c.centre_id, each.c.title_id)
        .having(func.sum(each.c.came) >= LEAST_EXAMINED)
        .subquery()
    )
    return (
        select(sums, centre.c.department_code, centre.c.name, title.c.code)
        .join(centre, centre.c.id == sums.c.centre_id)
        .join(title, title.c.id == sums.c.title_id)
        .order_by(sums.c.centre_id, sums.c.title_id)
    )


def _of_the_nation(months: Sequence[str], titles: set[int]) -> Select[Any]:
    kept = _t.level == NATION, _t.place == "", _t.period.in_(months), _t.title_id.in_(titles)
    each = union_all(
        select(_t.title_id, _t.came, _t.obtained).where(*kept),
        select(_c.title_id, _c.came, _c.obtained).where(_c.month.in_(months), _c.title_id.in_(titles)),
    ).subquery()
    return select(each.c.title_id, *_summed(each.c.came, each.c.obtained)).group_by(each.c.title_id)


def _summed(came: ColumnElement[int], obtained: ColumnElement[int]) -> tuple[ColumnElement[int], ColumnElement[int]]:
    return func.sum(came).label("examined"), func.sum(obtained).label("obtained")


def _is_far(row: Row[Any], nation: Row[Any]) -> bool:
    """Whether they differ by more than the centre's size explains."""
    return far(row.obtained, row.examined, nation.obtained / nation.examined)


def _words(row: Row[Any], nation: Row[Any]) -> tuple[str, str]:
    span = wilson(row.obtained, row.examined)
    figures = (
        f"{row.obtained} titres obtenus sur {row.examined} candidats présents, soit {_percent(row.obtained / row.examined)} "
        f"(intervalle de Wilson à 95 % : {_percent(span.low)} à {_percent(span.high)})."
    )
    return figures, f"Taux national de ce titre : {_percent(nation.obtained / nation.examined)} sur {nation.examined}."


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %".replace(".", ",")
