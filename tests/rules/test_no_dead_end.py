"""Nobody is stuck: from every state of a session somebody has a way to its end, and every refusal names one who may help.

The states are (status, moved or not, begun or not, days stated or not); the moves are what `may` allows. What time brings is a
move too: days pass, and a session that is not over will be.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from portal.rules.facts import Facts
from portal.rules.lifecycle import ACTIVE, Action, Role, Status
from portal.rules.rights import Allowed, Person, Refused, may
from portal.rules.steps import STEPS
from tests.support.facts import TODAY, facts_of

S = Status
MONTH = timedelta(days=30)
# A later day, on which everything that is planned is over.
LATER = date(2020, 12, 1)


def state(status: Status, moved: bool, begun: bool, stated: bool, passed: bool = False) -> Facts:
    """A session with candidates and a jury, whose centre has told where, when and whom to call; `passed`: days that are over."""
    start = TODAY - MONTH if begun else TODAY + MONTH
    day = TODAY - timedelta(days=1) if passed else max(start, TODAY) + timedelta(days=7)
    return facts_of(
        status,
        start,
        start + timedelta(days=70) if moved else start + timedelta(days=3),
        moved,
        planned_end_on=start + timedelta(days=3) if moved else None,
        exam_starts_on=day if moved and stated else None,
        exam_ends_on=day if moved and stated else None,
    )


STATES = [
    *(state(*one) for one in product(Status, (False, True), (False, True), (False, True))),
    *(state(status, True, True, True, passed=True) for status in Status),
]


def moves(facts: Facts, today: date) -> Iterator[tuple[Role, Action, Facts]]:
    """What anybody may do now, and what the session is afterwards."""
    for role in (Role.CENTRE, Role.UD):
        for step in STEPS:
            if step.by is role and may(Person(role, "UD 94"), step.action, facts, today).ok:
                yield role, step.action, replace(facts, status=step.after, unconvened=0)
        if facts.exam_starts_on is None and may(Person(role, "UD 94"), Action.SET_EXAM_DAYS, facts, today).ok:
            day = max(today, facts.starts_on)
            yield role, Action.SET_EXAM_DAYS, replace(facts, exam_starts_on=day, exam_ends_on=day)
        if facts.actual_end_on is None and may(Person(role, "UD 94"), Action.SET_ACTUAL_END, facts, today).ok:
            yield role, Action.SET_ACTUAL_END, replace(facts, actual_end_on=max(today, facts.starts_on))


def reached(facts: Facts) -> set[Status]:
    """Every status that some sequence of allowed acts leads to, today or once everything planned is over."""
    seen: set[Facts] = set()
    open_ = [facts]
    while open_:
        here = open_.pop()
        if here in seen:
            continue
        seen.add(here)
        for today in (TODAY, LATER):
            open_ += [after for *_, after in moves(here, today)]
    return {one.status for one in seen}


@pytest.mark.parametrize("facts", [f for f in STATES if f.status in ACTIVE], ids=str)
def test_every_active_session_can_be_finished_and_can_be_cancelled(facts: Facts) -> None:
    assert {S.LOCKED, S.CANCELLED} <= reached(facts)


@pytest.mark.parametrize("facts", [f for f in STATES if f.status in (S.RESULTS, S.LOCKED)], ids=str)
def test_results_can_be_locked_and_opened_again_and_nothing_else(facts: Facts) -> None:
    assert reached(facts) == {S.RESULTS, S.LOCKED}


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("begun", [False, True])
def test_a_dte_that_has_left_can_be_recalled_and_the_refusal_to_postpone_names_that(moved: bool, begun: bool) -> None:
    facts = state(S.DTE_SENT, moved, begun, stated=False)
    assert may(Person(Role.UD, "UD 94"), Action.RECALL_DTE, facts, TODAY).ok
    for role, action in ((Role.UD, Action.POSTPONE), (Role.CENTRE, Action.ASK_POSTPONEMENT)):
        verdict = may(Person(role, "UD 94"), action, facts, TODAY)
        assert isinstance(verdict, Refused)
        # Once it has begun no recall helps: a postponement stays forbidden.
        assert ("rappeler le DTE" in verdict.helper) is (not begun)


ASKED_BY = {Role.CENTRE: "UD", Role.UD: "centre"}


@pytest.mark.parametrize("facts", STATES, ids=str)
def test_whoever_is_sent_to_another_person_is_sent_to_one_who_can_do_something(facts: Facts) -> None:
    """« Adressez une demande à l’UD » is said where the unit has a hand: it may do this, or another thing that helps."""
    unit_acts = {a for a in Action if may(Person(Role.UD, "UD 94"), a, facts, TODAY).ok}
    centre_acts = {a for a in Action if may(Person(Role.CENTRE, "UD 94"), a, facts, TODAY).ok}
    for action in Action:
        verdict = may(Person(Role.CENTRE, "UD 94"), action, facts, TODAY)
        if isinstance(verdict, Allowed) or "Adressez une demande" not in verdict.helper:
            continue
        assert unit_acts or centre_acts or facts.status is S.CANCELLED, (action, verdict)
