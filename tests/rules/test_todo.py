"""What to do next with a session, line by line: who acts, who waits, and for whom."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.facts import Facts
from portal.rules.lifecycle import Action, Role, Status
from portal.rules.rights import LINE
from portal.rules.todo import TABLE, next_step
from tests.support.facts import ANY_FACTS, TODAY, facts_of

S = Status
DAY = timedelta(days=1)


def step(
    role: Role,
    status: Status,
    *,
    ends: int = 30,
    postponed: bool = False,
    real: int | None = None,
    exam: int | None = None,
    **more: object,
) -> str:
    """The step of a session that ends, or really ended, so many days from now; in capitals where this role acts. `exam`: its
    last day, in days from now, as its centre has stated it; a moved session was planned to end twenty days ago."""
    end = TODAY + ends * DAY
    last = None if exam is None else TODAY + exam * DAY
    facts = facts_of(
        status,
        min(end, TODAY) - 40 * DAY,
        end,
        postponed,
        None if real is None else TODAY + real * DAY,
        planned_end_on=TODAY - 20 * DAY if postponed else None,
        exam_starts_on=last,
        exam_ends_on=last,
        **more,
    )
    found = next_step(role, facts, TODAY)
    return "" if found is None else found.key.upper() if found.act else found.key


@pytest.mark.parametrize(
    ("status", "centre", "unit"),
    [
        (S.PREPARATION, "REQUEST_DTE", "wait_request"),
        (S.DTE_REQUESTED, "wait_dte", "SEND_DTE"),
        (S.DTE_SENT, "CONVOKE", "wait_convocations"),
        (S.CONVOKED, "wait_end", "wait_end"),
        (S.RESULTS, "wait_unit", "LOCK"),
        (S.LOCKED, "", ""),
        (S.CANCELLED, "", ""),
    ],
)
def test_each_step_of_an_ordinary_session_is_someones(status: Status, centre: str, unit: str) -> None:
    assert (step(Role.CENTRE, status), step(Role.UD, status)) == (centre, unit)


@pytest.mark.parametrize(("ends", "centre", "unit"), [(1, "wait_end", "wait_end"), (0, "ENTER_RESULTS", "wait_results")])
def test_results_are_waited_for_from_the_last_day_on(ends: int, centre: str, unit: str) -> None:
    assert (step(Role.CENTRE, S.CONVOKED, ends=ends), step(Role.UD, S.CONVOKED, ends=ends)) == (centre, unit)


@pytest.mark.parametrize(
    ("status", "centre", "unit"),
    [
        (S.PREPARATION, "REQUEST_DTE", "wait_request"),
        (S.DTE_REQUESTED, "wait_dte", "SEND_DTE"),
        (S.DTE_SENT, "CONVOKE", "wait_convocations"),
    ],
)
def test_a_moved_session_that_is_not_convened_goes_on_like_any_other(status: Status, centre: str, unit: str) -> None:
    assert (step(Role.CENTRE, status, postponed=True), step(Role.UD, status, postponed=True)) == (centre, unit)


@pytest.mark.parametrize(
    ("exam", "centre", "unit"),
    [
        (None, "SET_ACTUAL_END", "wait_actual_end"),  # no days stated: it was planned to end before today
        (-1, "SET_ACTUAL_END", "wait_actual_end"),
        (0, "SET_ACTUAL_END", "wait_actual_end"),
        (1, "wait_exam", "wait_exam"),
    ],
)
def test_the_real_end_date_is_asked_for_once_the_last_day_of_the_exam_is_reached(
    exam: int | None, centre: str, unit: str
) -> None:
    for role, key in ((Role.CENTRE, centre), (Role.UD, unit)):
        assert step(role, S.CONVOKED, ends=70, postponed=True, exam=exam) == key


@pytest.mark.parametrize(
    ("ends", "centre", "unit"), [(1, "CONVOKE_AGAIN", "wait_convoked"), (0, "ENTER_RESULTS", "wait_results")]
)
def test_whoever_holds_no_convocation_that_stands_is_convened_before_the_exam_is_over(ends: int, centre: str, unit: str) -> None:
    for role, key in ((Role.CENTRE, centre), (Role.UD, unit)):
        assert step(role, S.CONVOKED, ends=ends, unconvened=1) == key
    assert step(Role.CENTRE, S.CONVOKED, ends=70, postponed=True, exam=ends, unconvened=1) == (
        "CONVOKE_AGAIN" if ends else "SET_ACTUAL_END"
    )


@pytest.mark.parametrize(("real", "centre", "unit"), [(0, "ENTER_RESULTS", "wait_results"), (1, "wait_end", "wait_end")])
def test_once_the_real_end_date_is_known_results_follow_it(real: int, centre: str, unit: str) -> None:
    for role, key in ((Role.CENTRE, centre), (Role.UD, unit)):
        assert step(role, S.CONVOKED, ends=70, postponed=True, real=real) == key


@pytest.mark.parametrize(
    ("real", "checked", "key"), [(31, False, "CHECK_ACTUAL_END"), (31, True, "wait_end"), (30, False, "wait_end")]
)
def test_the_unit_checks_a_real_end_date_past_the_postponed_one_once(real: int, checked: bool, key: str) -> None:
    assert step(Role.UD, S.CONVOKED, ends=30, postponed=True, real=real, actual_end_checked=checked) == key


@given(st.sampled_from(Role), ANY_FACTS)
def test_the_next_step_is_one_that_the_table_of_rights_knows(role: Role, facts: Facts) -> None:
    """What a role is told to do now it may do, or is told what is still missing."""
    found = next_step(role, facts, TODAY)
    if found is None or not found.act:
        return
    line = LINE[Action(found.key)]
    assert line.by is role and facts.status in line.statuses


def test_a_session_that_no_measure_moved_has_no_real_end_date_to_check() -> None:
    assert step(Role.UD, S.CONVOKED, ends=30, real=31) == "wait_end"


@pytest.mark.parametrize("status", [S.RESULTS, S.LOCKED, S.CANCELLED])
def test_a_closed_session_asks_for_no_real_end_date(status: Status) -> None:
    for role in (Role.CENTRE, Role.UD):
        assert "actual_end" not in step(role, status, postponed=True).lower()
        assert "actual_end" not in step(role, status, postponed=True, real=90).lower()


def test_who_only_reads_has_nothing_to_do() -> None:
    assert {step(role, status) for role in (Role.REGION, Role.NATIONAL) for status in Status} == {""}


def test_every_step_has_words_of_its_own() -> None:
    for steps in TABLE.values():
        assert len({s.key for s in steps}) == len({s.label for s in steps}) == len(steps)
