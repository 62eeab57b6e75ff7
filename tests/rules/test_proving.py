"""For how long a second factor that was given holds, when it is asked for again, and of whom one is required."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.rules.lifecycle import Role
from portal.rules.proving import APART, HOLDS, TO_GIVE, Proof, is_required, within

NOW, SECOND, MINUTE = datetime(2020, 6, 15, 9, tzinfo=UTC), timedelta(seconds=1), timedelta(minutes=1)


def test_a_code_is_waited_for_five_minutes_and_holds_for_ten_whatever_the_clocks_of_an_hour_say() -> None:
    assert (TO_GIVE, HOLDS, APART) == (5 * MINUTE, 10 * MINUTE, 62 * MINUTE)


@pytest.mark.parametrize(
    ("ago", "holds"),
    [
        (timedelta(0), True),
        (HOLDS, True),
        (HOLDS + SECOND, False),
        (-APART, True),  # another node's clock is ahead of ours
        (-APART - SECOND, False),
    ],
)
def test_no_more_than_the_time_has_passed_and_what_comes_is_now(ago: timedelta, holds: bool) -> None:
    assert within(HOLDS, NOW - ago, NOW) is holds
    assert Proof(own=True, at=NOW - ago).holds(NOW) is holds


@pytest.mark.parametrize(
    ("proof", "due"),
    [
        (Proof(), False),  # who has none is never asked
        (Proof(at=NOW - HOLDS - SECOND), False),
        (Proof(own=True), True),
        (Proof(elsewhere=True), True),
        (Proof(own=True, at=NOW), False),
        (Proof(elsewhere=True, at=NOW - HOLDS), False),
        (Proof(elsewhere=True, at=NOW - HOLDS - SECOND), True),
    ],
)
def test_it_is_asked_for_again_of_who_has_one_once_it_holds_no_longer(proof: Proof, due: bool) -> None:
    assert proof.is_due(NOW) is due


@pytest.mark.parametrize("role", Role)
def test_the_people_of_the_state_must_have_one_but_in_the_demonstration(role: Role) -> None:
    assert is_required(role, demo=False) is (role is not Role.CENTRE) and not is_required(role, demo=True)
