"""What to do next with a session, line by line: who acts, who waits, and for whom."""

from datetime import date, timedelta

import pytest

from portal.rules.lifecycle import Role, Status
from portal.rules.todo import TABLE, next_step
from tests.support.facts import facts_of

TODAY = date(2020, 6, 15)
S = Status
DAY = timedelta(days=1)


def step(role: Role, status: Status, *, ends: int = 30, postponed: bool = False, real: int | None = None) -> str:
    """The step of a session that ends, or really ended, so many days from now; in capitals where this role acts."""
    end = TODAY + ends * DAY
    facts = facts_of(status, end - 4 * DAY, end, postponed, None if real is None else TODAY + real * DAY)
    found = next_step(role, facts, TODAY)
    return "" if found is None else found.key.upper() if found.act else found.key


@pytest.mark.parametrize(
    ("status", "centre", "unit"),
    [
        (S.PREPARATION, "REQUEST_DTE", ""),
        (S.DTE_REQUESTED, "wait_dte", "SEND_DTE"),
        (S.DTE_SENT, "CONVOKE", ""),
        (S.CONVOKED, "wait_end", ""),
        (S.RESULTS, "wait_unit", "LOCK"),
        (S.LOCKED, "", ""),
        (S.CANCELLED, "", ""),
    ],
)
def test_each_step_of_an_ordinary_session_is_someones(status: Status, centre: str, unit: str) -> None:
    assert (step(Role.CENTRE, status), step(Role.UD, status)) == (centre, unit)


@pytest.mark.parametrize(("ends", "centre", "unit"), [(1, "wait_end", ""), (0, "ENTER_RESULTS", "wait_results")])
def test_results_are_waited_for_from_the_last_day_on(ends: int, centre: str, unit: str) -> None:
    assert (step(Role.CENTRE, S.CONVOKED, ends=ends), step(Role.UD, S.CONVOKED, ends=ends)) == (centre, unit)


@pytest.mark.parametrize("status", [S.PREPARATION, S.DTE_SENT, S.CONVOKED])
def test_the_real_end_date_of_a_postponed_session_comes_before_all_the_rest(status: Status) -> None:
    assert step(Role.CENTRE, status, postponed=True) == "SET_ACTUAL_END"
    assert step(Role.UD, status, postponed=True) == "wait_actual_end"


def test_a_dte_that_is_asked_for_goes_first_for_the_unit() -> None:
    assert step(Role.UD, S.DTE_REQUESTED, postponed=True) == "SEND_DTE"


@pytest.mark.parametrize(("real", "centre", "unit"), [(0, "ENTER_RESULTS", "wait_results"), (1, "wait_end", "")])
def test_once_the_real_end_date_is_known_results_follow_it(real: int, centre: str, unit: str) -> None:
    for role, key in ((Role.CENTRE, centre), (Role.UD, unit)):
        assert step(role, S.CONVOKED, ends=70, postponed=True, real=real) == key


@pytest.mark.parametrize(("real", "key"), [(31, "CHECK_ACTUAL_END"), (30, "")])
def test_the_unit_checks_a_real_end_date_past_the_postponed_one(real: int, key: str) -> None:
    assert step(Role.UD, S.CONVOKED, ends=30, postponed=True, real=real) == key


def test_a_session_that_no_measure_moved_has_no_real_end_date_to_check() -> None:
    assert step(Role.UD, S.CONVOKED, ends=30, real=31) == ""


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
