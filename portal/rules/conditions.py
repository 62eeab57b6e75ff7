"""A question about a session that both Python and SQL can answer.

Measures and to-do lists are written as conditions. `holds` answers for one session in memory;
`portal.store.conditions.matches` compiles the same condition to SQL. A property test holds the two together.
"""

from dataclasses import dataclass
from datetime import date

from portal.rules.facts import Facts
from portal.rules.lifecycle import Status
from portal.rules.minutes import Minutes


@dataclass(frozen=True)
class Condition:
    """All parts that are given must hold; bounds are inclusive."""

    statuses: tuple[Status, ...] | None = None
    start_from: date | None = None
    start_to: date | None = None
    end_from: date | None = None
    end_to: date | None = None
    exam_start_to: date | None = None  # of the days that the centre of a moved session has stated
    postponed: bool | None = None
    actual_end_known: bool | None = None
    over: bool | None = None  # the (real) end date is reached today
    exam_over: bool | None = None  # the last day of the exam is reached today, as far as anybody knows it
    unconvened: bool | None = None  # somebody holds no convocation that still stands
    departments: tuple[str, ...] | None = None
    titles: tuple[str, ...] | None = None  # codes
    moved_by: str | None = None  # the key of the measure that moved it last
    end_in_doubt: bool | None = None  # the real end date is one to check, and the unit has not looked at it
    minutes: tuple[Minutes, ...] | None = None  # where the signed minutes stand


def holds(condition: Condition, facts: Facts, today: date) -> bool:
    """Whether all that the condition asks is true of these facts `today`."""
    c, f = condition, facts
    return (
        (c.statuses is None or f.status in c.statuses)
        and (c.start_from is None or f.starts_on >= c.start_from)
        and (c.start_to is None or f.starts_on <= c.start_to)
        and (c.end_from is None or f.ends_on >= c.end_from)
        and (c.end_to is None or f.ends_on <= c.end_to)
        and (c.exam_start_to is None or (f.exam_starts_on is not None and f.exam_starts_on <= c.exam_start_to))
        and (c.departments is None or f.department in c.departments)
        and (c.titles is None or f.title in c.titles)
        and (c.moved_by is None or f.moved_by == c.moved_by)
        and (c.postponed is None or f.postponed == c.postponed)
        and (c.actual_end_known is None or (f.actual_end_on is not None) == c.actual_end_known)
        and (c.over is None or (today >= f.effective_end_on) == c.over)
        and (c.exam_over is None or (today >= f.believed_last_day) == c.exam_over)
        and (c.unconvened is None or (f.unconvened > 0) == c.unconvened)
        and (c.end_in_doubt is None or f.end_in_doubt == c.end_in_doubt)
        and (c.minutes is None or f.minutes in c.minutes)
    )
