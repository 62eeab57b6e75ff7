"""The local units and regions that a person follows, and how they are reached."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select, true

from portal.core.outcomes import NotThere
from portal.rules.duties import Duty
from portal.store.actors import Actor
from portal.store.places import department, region
from portal.store.scope import within

UNIT = ("unit_name", "unit_email", "unit_phone")
REGION = ("email", "phone")


def _unreached() -> ColumnElement[bool]:
    """Units of which nobody knows how to reach them."""
    return and_(func.coalesce(department.c.unit_email, "") == "", department.c.unit_phone == "")


def units(conn: Connection, actor: Actor, *, unreached: bool = False) -> Sequence[Row[Any]]:
    """The departments that this person follows, each with its unit and its region, in order of their codes. One query."""
    query = select(department, region.c.name.label("region_name")).join(region, region.c.code == department.c.region_code)
    if unreached:
        query = query.where(_unreached())
    return conn.execute(query.where(within(actor, department.c.code)).order_by(department.c.code)).all()


def without_contact(conn: Connection, actor: Actor) -> int:
    """How many units that this person follows have neither an e-mail address nor a telephone."""
    query = select(func.count()).select_from(department).where(_unreached(), within(actor, department.c.code))
    return conn.execute(query).scalar_one()


def regions(conn: Connection, actor: Actor) -> Sequence[Row[Any]]:
    """The regions that this person keeps: its own, or all."""
    return conn.execute(select(region).where(_regions(actor)).order_by(region.c.name)).all() if _keeps(actor) else []


def _keeps(actor: Actor) -> bool:
    return actor.may(Duty.KEEP_REGIONS)


def _regions(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.may(Duty.READ_ALL_DEPARTMENTS) else region.c.code == actor.region_code


def unit(conn: Connection, actor: Actor, code: str) -> Row[Any]:
    """The department of this code with its unit. Raises NotThere."""
    row = conn.execute(select(department).where(department.c.code == code, within(actor, department.c.code))).one_or_none()
    if row is None:
        raise NotThere
    return row


def one_region(conn: Connection, actor: Actor, code: str) -> Row[Any]:
    """The region of this code. Raises NotThere."""
    row = conn.execute(select(region).where(region.c.code == code, _regions(actor))).one_or_none() if _keeps(actor) else None
    if row is None:
        raise NotThere
    return row
