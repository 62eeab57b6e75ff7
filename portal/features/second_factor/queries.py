"""A person's second factors, as its page shows them."""

from typing import Any

from sqlalchemy import Connection, Row, select

from portal.store.factors import FactorKind, factor


def mine(conn: Connection, account_id: int | None) -> list[Row[Any]]:
    """The factors of an account, the oldest first."""
    return list(conn.execute(select(factor).where(factor.c.account_id == account_id).order_by(factor.c.added_at, factor.c.id)))


def passkey_names(conn: Connection, account_id: int | None) -> list[str]:
    """What names the passkeys of an account."""
    return [row.credential for row in mine(conn, account_id) if row.kind == FactorKind.PASSKEY]
