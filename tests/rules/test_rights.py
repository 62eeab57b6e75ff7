"""The table of rights (domain.md 5): every question has an answer, every refusal a reason and a helper."""

from datetime import date, timedelta
from itertools import product

import pytest

from portal.rules.lifecycle import ACTIVE, Action, Role, Status
from portal.rules.rights import Allowed, Person, Refused, may
from tests.support.facts import facts_of

TODAY = date(2020, 6, 15)
S = Status


def asks(role: Role, action: Action, **facts: object) -> Allowed | Refused:
    base = {"status": S.CONVOKED, "starts_on": date(2020, 6, 1), "ends_on": date(2020, 6, 15)}
    return may(Person(role, "UD 94"), action, facts_of(**{**base, **facts}), TODAY)  # type: ignore[arg-type]


def test_every_question_has_an_answer_and_every_refusal_a_reason_and_a_helper() -> None:
    for role, action, status, postponed, started, known in product(Role, Action, Status, (0, 1), (0, 1), (0, 1)):
        start = TODAY - timedelta(days=5) if started else TODAY + timedelta(days=5)
        facts = facts_of(status, start, start, bool(postponed), start if known else None)
        verdict = may(Person(role, "UD 94"), action, facts, TODAY)
        if isinstance(verdict, Refused):
            assert verdict.reason.endswith(".") and verdict.helper.endswith(".")
        else:
            assert role in (Role.CENTRE, Role.UD) and status is not S.CANCELLED


@pytest.mark.parametrize("status", Status)
def test_a_centre_edits_the_practical_block_only_in_preparation(status: Status) -> None:
    assert asks(Role.CENTRE, Action.EDIT_START, status=status).ok == (status is S.PREPARATION)
    assert not asks(Role.UD, Action.EDIT_START, status=status).ok


def test_the_start_of_an_automatically_postponed_session_stays() -> None:
    assert not asks(Role.CENTRE, Action.EDIT_START, status=S.PREPARATION, postponed=True).ok
    assert asks(Role.CENTRE, Action.EDIT_END, status=S.PREPARATION, postponed=True).ok


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("days", [-1, 0, 1])
def test_the_unit_postpones_in_three_statuses_until_the_eve_of_the_start(status: Status, days: int) -> None:
    start = TODAY + timedelta(days=days)
    verdict = asks(Role.UD, Action.POSTPONE, status=status, starts_on=start, ends_on=start + timedelta(days=3))
    assert verdict.ok == (status in (S.PREPARATION, S.DTE_REQUESTED, S.CONVOKED) and days == 1)


@pytest.mark.parametrize(("days", "open_"), [(-1, True), (0, True), (1, False)])
def test_results_open_on_the_end_date(days: int, open_: bool) -> None:
    assert asks(Role.CENTRE, Action.ENTER_RESULTS, ends_on=TODAY + timedelta(days=days)).ok is open_


@pytest.mark.parametrize(("real", "open_"), [(None, False), (-1, True), (0, True), (1, False)])
def test_after_an_automatic_postponement_results_wait_for_the_real_end_date(real: int | None, open_: bool) -> None:
    actual = None if real is None else TODAY + timedelta(days=real)
    verdict = asks(Role.CENTRE, Action.ENTER_RESULTS, postponed=True, ends_on=date(2020, 8, 24), actual_end_on=actual)
    assert verdict.ok is open_


@pytest.mark.parametrize("status", Status)
def test_after_the_results_only_the_unit_and_only_results(status: Status) -> None:
    assert asks(Role.UD, Action.CORRECT_RESULTS, status=status).ok == (status is S.RESULTS)
    assert asks(Role.UD, Action.LOCK, status=status).ok == (status is S.RESULTS)
    assert asks(Role.UD, Action.UNLOCK, status=status).ok == (status is S.LOCKED)
    assert asks(Role.CENTRE, Action.SET_ACTUAL_END, status=status, postponed=True).ok == (status in ACTIVE)
