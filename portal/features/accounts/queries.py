"""Who is signed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, select

from portal.features.accounts.actions import digest
from portal.rules.lifecycle import Role
from portal.rules.proving import TO_GIVE, Proof, within
from portal.store.accounts import account, sign_in
from portal.store.actors import Actor
from portal.store.factors import factor
from portal.store.notices import ANNOUNCED, announced, closing, notice
from portal.store.places import centre, department, region

LONGEST_SIGN_IN = timedelta(hours=12)

_SELECT: Select[Any] = (
    select(
        account,
        centre.c.name.label("centre_name"),
        department.c.name.label("department_name"),
        region.c.name.label("region_name"),
    )
    .outerjoin(centre, centre.c.id == account.c.centre_id)
    .outerjoin(department, department.c.code == account.c.department_code)
    .outerjoin(region, region.c.code == account.c.region_code)
)


# What every page tells besides: notices not read yet, and whether a closing of the service is near.
_unread = select(func.count()).where(notice.c.account_id == account.c.id, notice.c.read_at.is_(None)).scalar_subquery()
_near = select(closing.c.id).where(announced(bindparam("now"), bindparam("soon"))).exists()
_own = select(factor.c.id).where(factor.c.account_id == account.c.id).exists()
_SIGNED_IN = (
    _SELECT.add_columns(
        _unread.label("unread"), _near.label("near"), _own.label("own"), sign_in.c.elsewhere, sign_in.c.checked_at
    )
    .join(sign_in, sign_in.c.account_id == account.c.id)
    .where(
        sign_in.c.token_digest == bindparam("token"),
        sign_in.c.ended_at.is_(None),
        sign_in.c.awaits_code == 0,
        account.c.closed_at.is_(None),
        sign_in.c.at > bindparam("since"),
    )
)


@dataclass(frozen=True)
class SignIn:
    """Who is signed in, how many notices it has not read, whether a closing of the service is near, and what was proved."""

    actor: Actor
    unread: int
    closing_near: bool
    proof: Proof


def signed_in(conn: Connection, token: str, now: datetime, labels: tuple[str, str]) -> SignIn | None:
    """The person behind a sign-in that is still open. One query."""
    values = {"token": digest(token), "since": now - LONGEST_SIGN_IN, "now": now, "soon": now + ANNOUNCED}
    row = conn.execute(_SIGNED_IN, values).one_or_none()
    found = _actor(row, labels)
    if not row or not found:
        return None
    return SignIn(found, row.unread, bool(row.near), Proof(bool(row.own), bool(row.elsewhere), row.checked_at))


def waiting(conn: Connection, token: str, now: datetime, labels: tuple[str, str]) -> Actor | None:
    """The person of a sign-in that waits for its code, for as long as it may wait."""
    query = select(sign_in.c.account_id, sign_in.c.at).where(
        sign_in.c.token_digest == digest(token), sign_in.c.awaits_code == 1, sign_in.c.ended_at.is_(None)
    )
    row = conn.execute(query).one_or_none()
    return by_id(conn, row.account_id, labels) if row and within(TO_GIVE, row.at, now) else None


def by_email(conn: Connection, email: str, labels: tuple[str, str]) -> Actor | None:
    return _by(conn, account.c.email == email.strip().casefold(), labels)


def by_id(conn: Connection, account_id: int, labels: tuple[str, str]) -> Actor | None:
    return _by(conn, account.c.id == account_id, labels)


def anybody(conn: Connection, account_id: int, labels: tuple[str, str]) -> Actor | None:
    """The person of this account, whatever has become of it."""
    return _actor(conn.execute(_SELECT.where(account.c.id == account_id)).one_or_none(), labels)


def _by(conn: Connection, where: ColumnElement[bool], labels: tuple[str, str]) -> Actor | None:
    return _actor(conn.execute(_SELECT.where(where, account.c.closed_at.is_(None))).one_or_none(), labels)


def _actor(row: Row[Any] | None, labels: tuple[str, str]) -> Actor | None:
    """`labels`: how a local unit and a region are called (UD, DIRECCTE)."""
    if row is None:
        return None
    role = Role(row.role)
    organisation = {
        Role.CENTRE: row.centre_name,
        Role.UD: f"{labels[0]} {row.department_code}, {row.department_name}",
        Role.REGION: f"{labels[1]} {row.region_name}",
        Role.NATIONAL: "Administration centrale",
    }[role]
    return Actor(
        row.id,
        row.email,
        row.name,
        role,
        row.centre_id,
        row.department_code,
        row.region_code,
        organisation or "",
        bool(row.manager),
        row.salt or "",
    )
