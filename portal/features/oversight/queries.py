"""The draws that a person may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from portal.features.oversight.actions import chosen
from portal.store.actors import Actor
from portal.store.oversight import draw
from portal.store.scope import within

MOST_SHOWN = 50


@dataclass(frozen=True)
class Draw:
    """A draw as it was kept, and whether drawing again gives the same sessions."""

    row: Row[Any]
    numbers: Sequence[int]
    drawn: Sequence[int]

    @property
    def span(self) -> tuple[date, date]:
        return date.fromisoformat(self.row.starts_from), date.fromisoformat(self.row.starts_to)

    @property
    def true(self) -> bool:
        return chosen(self.row.seed, self.numbers, len(self.drawn)) == self.drawn


def draws(conn: Connection, actor: Actor) -> Sequence[Row[Any]]:
    """The last fifty, newest first."""
    return conn.execute(
        select(draw).where(within(actor, draw.c.department_code)).order_by(draw.c.id.desc()).limit(MOST_SHOWN)
    ).all()


def draw_of(conn: Connection, actor: Actor, draw_id: int) -> Draw | None:
    """One draw; None when there is none of this number, or none that this person may read."""
    row = conn.execute(select(draw).where(draw.c.id == draw_id, within(actor, draw.c.department_code))).one_or_none()
    return Draw(row, [int(n) for n in row.drawn_from.split()], [int(n) for n in row.drawn.split()]) if row else None
