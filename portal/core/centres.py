"""A centre with its unit, as its own people and those who help them need it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from portal.rules.centres import may_begin
from portal.rules.lines import Verdict
from portal.store.places import centre, department

_SELECT = select(
    centre.c.name,
    centre.c.siret,
    centre.c.department_code,
    centre.c.closed_on,
    department.c.unit_name,
    department.c.unit_email,
    department.c.unit_phone,
).join(department, department.c.code == centre.c.department_code)


@dataclass(frozen=True)
class Own:
    """A centre, and whom it asks for help."""

    name: str
    siret: str
    department_code: str
    closed_on: date | None
    unit_name: str
    unit_email: str | None
    unit_phone: str
    unit: str  # « UD 94 »

    @property
    def begins(self) -> Verdict:
        """Whether it begins something new."""
        return may_begin(self.closed_on, self.unit)


def own(conn: Connection, centre_id: int, unit_label: str) -> Own:
    """The centre of this number. One query."""
    row = conn.execute(_SELECT.where(centre.c.id == centre_id)).one()
    return Own(**row._mapping, unit=f"{unit_label} {row.department_code}")
