"""The signed minutes: until when they are awaited, what is asked for the lock, whose turn it is."""

from datetime import date, timedelta

import pytest

from portal.rules.lifecycle import Action, Role, Status
from portal.rules.minutes import LABELS, MINUTES_DAYS, Minutes, due_on, lateness
from portal.rules.rights import Person, Refused, may
from portal.rules.steps import STEP
from portal.rules.todo import next_step
from tests.support.facts import facts_of

M, S, END = Minutes, Status, date(2020, 6, 12)


def test_they_are_awaited_fifteen_days_after_the_end_and_late_from_the_next_day_on() -> None:
    last = END + timedelta(days=15)
    assert MINUTES_DAYS == 15 and due_on(END) == last
    assert lateness(END, last) == ""
    assert lateness(END, last + timedelta(days=1)) == "PV en retard depuis le 28/06/2020 : c’est au centre de le déposer"


def test_of_a_moved_session_they_are_counted_from_its_real_end() -> None:
    facts = facts_of(S.RESULTS, ends_on=date(2020, 8, 24), postponed=True, actual_end_on=END)
    assert facts.minutes_due_on == due_on(END)


@pytest.mark.parametrize(
    ("state", "centre", "unit", "reason"),
    [
        (M.AWAITED, "DEPOSIT_MINUTES", "wait_minutes", True),
        (M.ELSEWHERE, "wait_unit", "LOCK", False),
        (M.DEPOSITED, "wait_unit", "CHECK_MINUTES", True),
        (M.VERIFIED, "wait_unit", "LOCK", False),
        (M.REFUSED, "DEPOSIT_MINUTES", "wait_minutes", True),
    ],
)
def test_each_state_is_someones_turn_and_a_lock_without_good_minutes_has_a_reason(
    state: Minutes, centre: str, unit: str, reason: bool
) -> None:
    facts = facts_of(S.RESULTS, ends_on=END, minutes=state)
    steps = (next_step(role, facts, END) for role in (Role.CENTRE, Role.UD))
    assert [step and (step.key.upper() if step.act else step.key) for step in steps] == [centre, unit]
    assert bool(STEP[Action.LOCK].asks(facts)) is reason
    assert may(Person(Role.UD, "UD 94"), Action.LOCK, facts, END).ok, "with a reason, it is always open"
    assert state in LABELS


@pytest.mark.parametrize("state", Minutes)
def test_from_each_state_there_is_a_way_on(state: Minutes) -> None:
    facts = facts_of(S.RESULTS, ends_on=END, minutes=state)
    deposits, checks = (
        may(Person(role, "UD 94"), action, facts, END)
        for role, action in ((Role.CENTRE, Action.DEPOSIT_MINUTES), (Role.UD, Action.CHECK_MINUTES))
    )
    assert deposits.ok is (state is not M.VERIFIED)
    assert checks.ok is (state in (M.DEPOSITED, M.VERIFIED, M.REFUSED))
    if isinstance(deposits, Refused):
        assert "elle peut le refuser" in deposits.helper and deposits.ask_unit
    if isinstance(checks, Refused):
        assert "Aucun procès-verbal signé" in checks.reason


@pytest.mark.parametrize(
    ("role", "action", "helper"),
    [(Role.CENTRE, Action.DEPOSIT_MINUTES, "elle peut la déverrouiller"), (Role.UD, Action.CHECK_MINUTES, "Déverrouillez-la")],
)
def test_a_lock_ends_all_of_it_and_says_who_opens_again(role: Role, action: Action, helper: str) -> None:
    verdict = may(Person(role, "UD 94"), action, facts_of(S.LOCKED), END)
    assert isinstance(verdict, Refused) and "verrouillée" in verdict.reason and helper in verdict.helper
