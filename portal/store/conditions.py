"""The same conditions as `portal.rules.conditions`, read as SQL over exam_session."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from sqlalchemy import ColumnElement, FromClause, and_, case, exists, func, literal_column, or_, select, true

from portal.rules.conditions import Condition
from portal.rules.facts import LOCKDOWN
from portal.rules.lifecycle import Status
from portal.store.candidates import candidate
from portal.store.measures import measure_run
from portal.store.minutes import minutes_state
from portal.store.sessions import exam_session as s
from portal.store.titles import title

effective_end = func.coalesce(s.c.actual_end_on, s.c.ends_on)
# The last day of the exam as far as it is known: a measure moves the end date on paper, not the people in the room.
believed_last_day = func.coalesce(s.c.exam_ends_on, s.c.planned_end_on, s.c.ends_on)


def first_day_of(row: FromClause) -> ColumnElement[date | None]:
    """The first day of the exam of a row of exam_session; null for a moved one whose centre has not stated it."""
    return case((row.c.postponed_run_id.is_(None), row.c.starts_on), else_=row.c.exam_starts_on)


def last_day_of(row: FromClause) -> ColumnElement[date | None]:
    """The last day, in the same way."""
    return case((row.c.postponed_run_id.is_(None), row.c.ends_on), else_=row.c.exam_ends_on)


first_day, last_day = first_day_of(s), last_day_of(s)
# From which day to which an exam stands in time, as far as it is known. Of a moved session without days of the exam one day is
# known: its real end or, before that is entered, the end that the measure left it.
known_end = func.coalesce(s.c.actual_end_on, s.c.exam_ends_on, s.c.ends_on)
known_start = func.coalesce(s.c.exam_starts_on, case((s.c.postponed_run_id.is_not(None), known_end), else_=s.c.starts_on))
# Whether the real end date is one that the unit has yet to look at.
ended_in_lockdown = and_(s.c.actual_end_on.is_not(None), s.c.actual_end_on.between(*LOCKDOWN))
end_in_doubt = and_(or_(func.coalesce(s.c.actual_end_on, s.c.ends_on) > s.c.ends_on, ended_in_lockdown), ~s.c.actual_end_checked)
# Whether a candidate of the session holds no convocation that still stands.
unconvened = (
    exists().where(candidate.c.session_id == s.c.id, candidate.c.convened_for.is_distinct_from(s.c.convocation)).correlate(s)
)


def in_status(statuses: Iterable[Status]) -> ColumnElement[bool]:
    """Sessions of one of these. The values stand in the statement: as parameters each asking of it would write the list anew."""
    return s.c.status.in_([literal_column(f"'{status.value}'") for status in statuses])


@lru_cache(maxsize=1024)
def matches(condition: Condition, today: date) -> ColumnElement[bool]:
    """The condition over exam_session that holds where `rules.conditions.holds` does, `today`."""
    c = condition
    parts: list[ColumnElement[bool]] = []
    if c.statuses is not None:
        parts.append(in_status(c.statuses))
    if c.start_from is not None:
        parts.append(s.c.starts_on >= c.start_from)
    if c.start_to is not None:
        parts.append(s.c.starts_on <= c.start_to)
    if c.end_from is not None:
        parts.append(s.c.ends_on >= c.end_from)
    if c.end_to is not None:
        parts.append(s.c.ends_on <= c.end_to)
    if c.exam_start_to is not None:
        parts.append(s.c.exam_starts_on <= c.exam_start_to)
    if c.departments is not None:
        parts.append(s.c.department_code.in_(c.departments))
    if c.titles is not None:
        parts.append(s.c.title_id.in_(select(title.c.id).where(title.c.code.in_(c.titles))))
    if c.moved_by is not None:
        own = select(measure_run.c.id).where(measure_run.c.measure_key == c.moved_by)
        parts.append(s.c.postponed_run_id.in_(own))
    if c.postponed is not None:
        parts.append(s.c.postponed_run_id.is_not(None) if c.postponed else s.c.postponed_run_id.is_(None))
    if c.actual_end_known is not None:
        parts.append(s.c.actual_end_on.is_not(None) if c.actual_end_known else s.c.actual_end_on.is_(None))
    if c.over is not None:
        parts.append(effective_end <= today if c.over else effective_end > today)
    if c.exam_over is not None:
        parts.append(believed_last_day <= today if c.exam_over else believed_last_day > today)
    if c.unconvened is not None:
        parts.append(unconvened if c.unconvened else ~unconvened)
    if c.end_in_doubt is not None:
        parts.append(end_in_doubt if c.end_in_doubt else ~end_in_doubt)
    if c.minutes is not None:
        parts.append(minutes_state.in_([state.value for state in c.minutes]))
    return and_(true(), *parts)
