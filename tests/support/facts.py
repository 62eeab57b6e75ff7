"""A session as the rules see it, with what the test at hand is not about filled in."""

from dataclasses import replace
from datetime import date
from typing import Any

from portal.rules.facts import Facts
from portal.rules.lifecycle import Status

READY = Facts(
    status=Status.CONVOKED,
    starts_on=date(2020, 6, 1),
    ends_on=date(2020, 6, 15),
    postponed=False,
    planned_end_on=None,
    actual_end_on=None,
    actual_end_checked=False,
    exam_starts_on=None,
    exam_ends_on=None,
    hour="08:30",
    place="12 rue des Lilas, 94000 Créteil",
    manager="Mme Martin, 01 00 00 00 00",
    candidates=1,
    unconvened=0,
    jury=2,
    own_trainers=0,
    department="94",
    title="TP-01303",
    moved_by="",
)


def facts_of(
    status: Status = READY.status,
    starts_on: date = READY.starts_on,
    ends_on: date = READY.ends_on,
    postponed: bool = False,
    actual_end_on: date | None = None,
    **more: Any,
) -> Facts:
    """A session of one candidate and two jurors; `more`: what else is different."""
    known = replace(READY, status=status, starts_on=starts_on, ends_on=ends_on, postponed=postponed, actual_end_on=actual_end_on)
    return replace(known, **more)
