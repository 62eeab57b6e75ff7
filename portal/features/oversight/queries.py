"""The draws that a person may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from portal.features.oversight.actions import chosen
from portal.store.actors import Actor
from portal.store.oversight import draw
from portal.store.personal import Shown, signed
from portal.store.scope import within

MOST_SHOWN = 50


@dataclass(frozen=True)
class Draw:
    """A draw as it was kept, and whether drawing again gives the same sessions."""

    row: Shown
    numbers: Sequence[int]
    drawn: Sequence[int]

    @property
    def span(self) -> tuple[date, date]:
        return date.fromisoformat(self.row.starts_from), date.fromisoformat(self.row.starts_to)

    @property
    def true(self) -> bool:
        return chosen(self.row.seed, self.numbers, len(self.drawn)) == self.drawn


def draws(conn: Connection, actor: Actor) -> Sequence[Shown]:
    """The last fifty, newest first."""
    query = select(draw).where(within(actor, draw.c.department_code)).order_by(draw.c.id.desc())
    return signed(conn, conn.execute(query.limit(MOST_SHOWN)).all())


def draw_of(conn: Connection, actor: Actor, draw_id: int) -> Draw | None:
    """One draw; None when there is none of this number, or none that this person may read."""
    query = select(draw).where(draw.c.id == draw_id, within(actor, draw.c.department_code))
    found = signed(conn, conn.execute(query).all())
    return next((Draw(row, [int(n) for n in row.drawn_from.split()], [int(n) for n in row.drawn.split()]) for row in found), None)
