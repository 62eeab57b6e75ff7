"""What was noted on the days of an exam, as pages, papers and results read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import Connection, select

from portal.core.session import SessionRow
from portal.core.sheet import Sheet
from portal.rules.attendance import Half, Slot, absent_throughout
from portal.rules.lifecycle import Kind
from portal.rules.outcomes import Entry, Outcome
from portal.store.attendance import attendance, incident
from portal.store.personal import signed


@dataclass(frozen=True)
class Noted:
    """One half-day of a candidate; `version`: how often it was noted, `by`: the name of whoever did last."""

    present: bool
    version: int
    at: datetime
    by: str


@dataclass(frozen=True)
class Incident:
    id: int
    day: date
    hour: str
    text: str
    by: str

    @property
    def stamp(self) -> str:
        """What a page that shows it says that it saw."""
        return stamp(self.hour, self.text)


def stamp(hour: str, text: str) -> str:
    """A digest of what an incident says."""
    return sha256(f"{hour} {text}".encode()).hexdigest()[:16]


def noted(conn: Connection, number: int, on: date) -> dict[Slot, Noted]:
    """All that is noted of one day of this session."""
    a = attendance.c
    rows = conn.execute(select(attendance).where(a.session_id == number, a.day == on))
    return {
        (r.candidate_id, r.day, Half(r.half)): Noted(r.present, r.version, r.noted_at, r.noted_by) for r in signed(conn, rows)
    }


def presences(conn: Connection, number: int) -> Mapping[Slot, bool]:
    """Who was there, on all half-days of this session that were noted, in their order."""
    a = attendance.c
    query = select(a.candidate_id, a.day, a.half, a.present).where(a.session_id == number)
    rows = conn.execute(query.order_by(a.candidate_id, a.day, a.half.desc()))
    return {(r.candidate_id, r.day, Half(r.half)): r.present for r in rows}


def proposed(conn: Connection, s: SessionRow, sheet: Sheet) -> Mapping[int, Entry]:
    """What is proposed on an empty sheet of results: who was absent throughout is, where one outcome alone says so."""
    if s.kind is not Kind.TITLE and len(sheet.certificates) != 1:
        return {}
    only = None if s.kind is Kind.TITLE else sheet.certificates[0].id
    away = absent_throughout(presences(conn, s.number))
    return {c.id: {only: Outcome.ABSENT} for c in sheet.candidates if c.id in away}


def incidents(conn: Connection, number: int) -> Sequence[Incident]:
    """What happened, in the order of day and hour."""
    i = incident.c
    rows = conn.execute(select(incident).where(i.session_id == number).order_by(i.day, i.hour, i.id))
    return [Incident(r.id, r.day, r.hour, r.text, r.noted_by) for r in signed(conn, rows)]
