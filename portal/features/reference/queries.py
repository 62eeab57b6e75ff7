"""Titles, for lists to choose from."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from portal.store.titles import title


def titles(conn: Connection) -> list[Row[Any]]:
    """All titles by their code: code and label."""
    return list(conn.execute(select(title.c.id, title.c.code, title.c.label).order_by(title.c.code)))


def title_dates(conn: Connection, title_id: int) -> tuple[date | None, int]:
    """The expiry of a title and the months of its prolongation."""
    row = conn.execute(select(title.c.expires_on, title.c.extension_months).where(title.c.id == title_id)).one()
    return row.expires_on, row.extension_months
