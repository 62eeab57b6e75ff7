"""What a session's candidates still lack for the deposit, and what it rejected of them. Nothing else reads these columns but the candidate's own form, the
deposit, and what is given to the person."""

from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from portal.core.session import SessionRow
from portal.rules.civil import COLUMNS, Civil, missing
from portal.rules.deposit import State
from portal.rules.lifecycle import Kind
from portal.rules.names import ERASED, full_name
from portal.rules.outcomes import Outcome
from portal.store.candidates import candidate, result
from portal.store.deposits import deposit_line

OBTAINED = (Outcome.TITLE.value, Outcome.ACQUIRED.value)
_COLUMNS = attrgetter(*COLUMNS)
_PEOPLE = (
    select(
        candidate.c.id,
        candidate.c.last_name,
        candidate.c.first_name,
        *(candidate.c[name] for name in COLUMNS),
        select(result.c.id).where(result.c.candidate_id == candidate.c.id).exists().label("told"),
        select(result.c.id)
        .where(result.c.candidate_id == candidate.c.id, result.c.outcome.in_(OBTAINED))
        .exists()
        .label("obtained"),
    )
    .where(candidate.c.session_id == bindparam("number"))
    .order_by(candidate.c.sort_key, candidate.c.born_on)
)


@dataclass(frozen=True)
class Lacking:
    """A candidate of whom the deposit lacks something, and what, as the screen calls it."""

    id: int
    name: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Rejected:
    """A candidate whose title the Caisse des Dépôts rejected, and why, in its words."""

    id: int
    name: str
    reason: str


def rejected(conn: Connection, number: int) -> list[Rejected]:
    """Whose titles of this session wait, rejected, for the next batch."""
    query = (
        select(candidate.c.id, candidate.c.last_name, candidate.c.first_name, deposit_line.c.reason)
        .join(deposit_line, deposit_line.c.candidate_id == candidate.c.id)
        .where(candidate.c.session_id == number, deposit_line.c.latest, deposit_line.c.state == State.REJECTED.value)
        .order_by(candidate.c.sort_key, candidate.c.born_on)
    )
    return [Rejected(r.id, full_name(r.last_name, r.first_name), r.reason) for r in conn.execute(query)]


def of_row(row: Row[*tuple[Any, ...]]) -> Civil:
    """What a row of candidates holds of it."""
    return Civil(*_COLUMNS(row))


def lacking(conn: Connection, s: SessionRow) -> list[Lacking]:
    """Candidates of this session who may obtain, or have obtained, what is deposited, and of whom something is missing. A CCS is
    not deposited. One query."""
    if s.kind is Kind.CCS or s.people_erased_at is not None:
        return []
    rows = conn.execute(_PEOPLE, {"number": s.number}).all()
    there = (r for r in rows if r.last_name != ERASED)
    asked = ((r, missing(of_row(r), r.first_name)) for r in there if r.obtained or not r.told)
    return [Lacking(r.id, full_name(r.last_name, r.first_name), what) for r, what in asked if what]
