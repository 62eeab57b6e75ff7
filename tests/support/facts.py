"""A session as the rules see it, with what the test at hand is not about filled in."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from portal.rules.facts import Facts
from portal.rules.lifecycle import Status
from portal.rules.minutes import Minutes

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
    open_request=None,
    erased=False,
    minutes=Minutes.VERIFIED,
)


TODAY = date(2020, 6, 15)


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


_DAYS = st.dates(TODAY - timedelta(days=400), TODAY + timedelta(days=400))
ANY_FACTS: st.SearchStrategy[Facts] = st.builds(
    facts_of,
    status=st.sampled_from(Status),
    starts_on=_DAYS,
    ends_on=_DAYS,
    postponed=st.booleans(),
    planned_end_on=st.none() | _DAYS,
    actual_end_on=st.none() | _DAYS,
    actual_end_checked=st.booleans(),
    exam_starts_on=st.none() | _DAYS,
    exam_ends_on=st.none() | _DAYS,
    hour=st.sampled_from(["", "08:30"]),
    place=st.sampled_from(["", "Créteil", READY.place]),
    manager=st.sampled_from(["", "Mme Martin", READY.manager]),
    candidates=st.integers(0, 3),
    unconvened=st.integers(0, 3),
    jury=st.integers(0, 3),
    own_trainers=st.integers(0, 2),
    minutes=st.sampled_from(Minutes),
)
