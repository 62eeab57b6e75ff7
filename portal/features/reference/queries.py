"""Titles and centres, for lists to choose from."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from portal.store.places import centre, department
from portal.store.titles import title


def titles(conn: Connection) -> list[Row[Any]]:
    """All titles by their code: code and label."""
    return list(conn.execute(select(title.c.id, title.c.code, title.c.label).order_by(title.c.code)))


def unit_of(conn: Connection, centre_id: int | None, label: str) -> tuple[str, str]:
    """The local unit of a centre, « UD 94 », and its e-mail address, maybe empty."""
    query = (
        select(department.c.code, department.c.unit_email)
        .join(centre, centre.c.department_code == department.c.code)
        .where(centre.c.id == centre_id)
    )
    row = conn.execute(query).one()
    return f"{label} {row.code}", row.unit_email or ""


def centre_line(conn: Connection, centre_id: int) -> Row[str, str, str]:
    """A centre's name, SIRET and department."""
    return conn.execute(select(centre.c.name, centre.c.siret, centre.c.department_code).where(centre.c.id == centre_id)).one()


def title_dates(conn: Connection, title_id: int) -> tuple[date | None, int]:
    """The expiry of a title and the months of its prolongation."""
    row = conn.execute(select(title.c.expires_on, title.c.extension_months).where(title.c.id == title_id)).one()
    return row.expires_on, row.extension_months
