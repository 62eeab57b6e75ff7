"""Nobody is stuck: from every state of a session somebody has a way to its end, and every refusal names one who may help.

The states are (status, moved or not, begun or not, days stated or not); the moves are what `may` allows. What time brings is a
move too: days pass, and a session that is not over will be.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import product

import pytest

from portal.rules.facts import Facts
from portal.rules.lifecycle import ACTIVE, Action, Role, Status
from portal.rules.rights import Person, Refused, may
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


# What refusals say can be done, by whom, and which acts those are.
A, CENTRE, UNIT = Action, Role.CENTRE, Role.UD
PROMISES: dict[str, tuple[Role, tuple[Action, ...]]] = {
    "Ajoutez d’abord les candidats": (CENTRE, (A.EDIT_CANDIDATES,)),
    "Complétez d’abord le jury": (CENTRE, (A.EDIT_JURY,)),
    "Remplacez d’abord l’un de ces membres": (CENTRE, (A.EDIT_JURY,)),
    "Indiquez d’abord le premier et le dernier jour": (CENTRE, (A.SET_EXAM_DAYS,)),
    "Indiquez-les dans « Jours d’examen »": (CENTRE, (A.SET_EXAM_DAYS,)),
    "Indiquez les jours d’examen à venir": (CENTRE, (A.SET_EXAM_DAYS, A.SET_ACTUAL_END)),
    "les indique lui-même": (CENTRE, (A.SET_EXAM_DAYS,)),
    "Indiquez d’abord l’heure": (CENTRE, (A.EDIT_PRACTICAL,)),
    "Indiquez d’abord l’adresse complète": (CENTRE, (A.EDIT_PRACTICAL,)),
    "Indiquez d’abord qui appeler": (CENTRE, (A.EDIT_PRACTICAL,)),
    "Saisissez-la d’abord": (CENTRE, (A.SET_ACTUAL_END,)),
    "Inscrivez d’abord une autre personne": (CENTRE, (A.EDIT_CANDIDATES, A.CANCEL)),
    "Demandez-en la correction": (CENTRE, (A.ASK_CORRECTION,)),
    "rappeler le DTE": (UNIT, (A.RECALL_DTE,)),
    "peut la déverrouiller": (UNIT, (A.UNLOCK,)),
    "Déverrouillez-la": (UNIT, (A.UNLOCK,)),
    "elle peut le refuser, et vous en déposez un autre": (UNIT, (A.CHECK_MINUTES,)),
}
# Who can tell more, and is not said to do anything; a session is copied, and a request answered, whatever its status.
TELLS = ("peut vous aider", "peut vous renseigner", "peut vous dire", "suit cette session", "Copiez-la", "Répondez-y d’abord")
DEMAND = "Adressez une demande à l’UD 94"
INSTEAD = {A.EDIT_START: A.POSTPONE, A.EDIT_END: A.POSTPONE, A.CONVOKE: A.SEND_DTE}
LACKING: tuple[dict[str, object], ...] = (
    {},
    {"candidates": 0, "unconvened": 0},
    {"jury": 1, "own_trainers": 1},
    {"own_trainers": 1},
    {"hour": ""},
    {"place": "12 rue des Écoles"},
    {"manager": "C. Roux"},
    {"candidates": 1, "open_request": 3, "unconvened": 0},
)


def can(role: Role, action: Action, facts: Facts, today: date) -> bool:
    return may(Person(role, "UD 94"), action, facts, today).ok


def answered(action: Action, facts: Facts, today: date) -> bool:
    """Whether the unit can do what a demand of the centre is for: that, what stands for it, or either once the DTE is recalled."""
    act = INSTEAD.get(action, action)
    recalled = replace(facts, status=S.DTE_REQUESTED)
    return can(UNIT, act, facts, today) or (can(UNIT, A.RECALL_DTE, facts, today) and can(UNIT, act, recalled, today))


@cache
def refusals(facts: Facts) -> Sequence[tuple[Facts, Action, date, Refused]]:
    """Of this session, whatever it lacks, everything that anybody is refused, today and later."""
    found = []
    for lacks in LACKING:
        here = replace(facts, **lacks)  # type: ignore[arg-type]
        for role, action, today in product(Role, Action, (TODAY, LATER)):
            verdict = may(Person(role, "UD 94"), action, here, today)
            if isinstance(verdict, Refused):
                found.append((here, action, today, verdict))
    return found


@pytest.mark.parametrize("facts", STATES, ids=str)
def test_whoever_is_told_what_to_do_or_whom_to_ask_can_do_it_and_so_can_they(facts: Facts) -> None:
    for here, action, today, verdict in refusals(facts):
        promised = [words for words in PROMISES if words in verdict.helper]
        assert promised or DEMAND in verdict.helper or any(words in verdict.helper for words in TELLS), verdict
        for words in promised:
            who, acts = PROMISES[words]
            assert all(can(who, act, here, today) for act in acts), (action, verdict)
        if DEMAND in verdict.helper:
            assert answered(action, here, today), (action, verdict)


def test_each_promise_is_made_to_somebody() -> None:
    said = {verdict.helper for facts in STATES for *_, verdict in refusals(facts)}
    assert set(PROMISES) == {words for words in PROMISES if any(words in helper for helper in said)}


def test_a_centre_is_sent_to_its_unit_with_what_the_unit_can_do_and_with_nothing_else() -> None:
    """Both sides: where a demand would be answered it is named, and where it would not it is not."""
    for facts, action, today in product(STATES, (A.EDIT_START, A.EDIT_END, A.SEND_DTE, A.POSTPONE, A.LOCK), (TODAY, LATER)):
        verdict = may(Person(CENTRE, "UD 94"), action, facts, today)
        if isinstance(verdict, Refused) and facts.status in ACTIVE:
            assert (DEMAND in verdict.helper) == answered(action, facts, today), (facts, action, verdict)
