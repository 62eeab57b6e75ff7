"""Signals of the exam itself: its jury, what happened, who was there, and the signed minutes."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, String, and_, cast, exists, func, or_, select

from portal.features.oversight.seen import Search, Seen, base, how_many, of_sessions
from portal.rules.french import day, plural
from portal.rules.lifecycle import Status
from portal.rules.minutes import DUE, MINUTES_DAYS, Minutes, due_on
from portal.rules.outcomes import Outcome
from portal.rules.signals import CONTRARY, INCIDENTS, Signal
from portal.store.attendance import attendance, incident
from portal.store.candidates import result
from portal.store.conditions import effective_end
from portal.store.links import personal_link
from portal.store.minutes import minutes_state
from portal.store.sessions import exam_session as s


def _declined(conn: Connection, scope: ColumnElement[bool], today: date) -> list[Seen]:
    """A convened session of whose jury somebody said no and still sits: one is enough."""
    no = how_many(personal_link.c.session_id, personal_link.c.answer == "non")
    query = base(no.label("no")).where(scope, s.c.status == Status.CONVOKED.value, no >= 1)
    words = lambda r: f"{plural(r.no, 'membre du jury a répondu', 'membres du jury ont répondu')} « non »."  # noqa: E731
    return of_sessions(conn, Signal.DECLINED, query, words)


def _incidents(conn: Connection, scope: ColumnElement[bool], today: date) -> list[Seen]:
    of = incident.c.session_id
    found = select(of, func.count().label("many")).group_by(of).having(func.count() >= INCIDENTS).subquery()
    query = base(found.c.many).join(found, found.c.session_id == s.c.id).where(scope)
    return of_sessions(conn, Signal.INCIDENTS, query, lambda r: f"{plural(r.many, 'incident noté', 'incidents notés')}.")


def _minutes_late(conn: Connection, scope: ColumnElement[bool], today: date) -> list[Seen]:
    """Results are saved, and the centre owes signed minutes since more days than it has."""
    owed = minutes_state.in_([state.value for state in DUE])
    since = today - timedelta(days=MINUTES_DAYS)
    query = base(effective_end.label("last"), minutes_state.label("minutes")).where(
        scope, s.c.status == Status.RESULTS.value, owed, effective_end < since
    )
    what = {Minutes.AWAITED: "aucun n’est déposé", Minutes.REFUSED: "le dernier déposé est refusé"}
    words = lambda r: f"Procès-verbal attendu jusqu’au {day(due_on(r.last))} : {what[Minutes(r.minutes)]}."  # noqa: E731
    return of_sessions(conn, Signal.MINUTES_LATE, query, words)


def _attendance(conn: Connection, scope: ColumnElement[bool], today: date) -> list[Seen]:
    """Who was absent throughout (rules.attendance) has another result than « Absent », or who came has that one."""
    a = attendance.c
    person = (
        select(s.c.id, a.candidate_id, func.count().label("noted"), func.count().filter(a.present).label("there"))
        .join_from(s, attendance, a.session_id == s.c.id)
        .where(scope, s.c.status.in_([Status.RESULTS.value, Status.LOCKED.value]))
        .group_by(s.c.id, a.candidate_id)
        .subquery()
    )
    half_day = cast(a.day, String) + a.half
    halves = select(func.count(half_day.distinct())).where(a.session_id == person.c.id).correlate(person).scalar_subquery()
    of_theirs = (result.c.candidate_id == person.c.candidate_id, result.c.definitive)
    other = exists().where(*of_theirs, result.c.outcome != Outcome.ABSENT.value)
    absent = exists().where(*of_theirs, result.c.outcome == Outcome.ABSENT.value)
    away, came = and_(person.c.there == 0, other, person.c.noted == halves), and_(person.c.there > 0, absent, ~other)
    found = (
        select(person.c.id, func.count().filter(away).label("away"), func.count().filter(came).label("came"))
        .where(or_(away, came))
        .group_by(person.c.id)
        .having(func.count() >= CONTRARY)
        .subquery()
    )
    query = base(found.c.away, found.c.came).join(found, found.c.id == s.c.id)

    return of_sessions(conn, Signal.ATTENDANCE, query, _contrary)


def _contrary(r: Row[Any]) -> str:
    away = f"{plural(r.away, 'candidat noté absent', 'candidats notés absents')} tout du long, sans l’être aux résultats"
    came = f"{plural(r.came, 'candidat noté présent', 'candidats notés présents')}, et « Absent » aux résultats"
    return f"{' ; '.join(words for words, many in ((away, r.away), (came, r.came)) if many)}."


BY_KIND: Mapping[Signal, Search] = {
    Signal.DECLINED: _declined,
    Signal.INCIDENTS: _incidents,
    Signal.MINUTES_LATE: _minutes_late,
    Signal.ATTENDANCE: _attendance,
}
