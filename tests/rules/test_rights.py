"""The table of rights (domain.md 5): every question has an answer, every refusal a reason and a helper."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from portal.rules.facts import Facts
from portal.rules.lifecycle import ACTIVE, Action, Role, Status
from portal.rules.lines import UNITS_TURN, Check, Line
from portal.rules.rights import LINE, TABLE, Allowed, Person, Refused, may, missing, why_not
from portal.rules.steps import STEP_AT, STEPS
from tests.support.facts import ANY_FACTS, TODAY, facts_of

S = Status


def asks(role: Role, action: Action, **facts: object) -> Allowed | Refused:
    base = {"status": S.CONVOKED, "starts_on": date(2020, 6, 1), "ends_on": date(2020, 6, 15)}
    return may(Person(role, "UD 94"), action, facts_of(**{**base, **facts}), TODAY)  # type: ignore[arg-type]


@given(st.sampled_from(Role), st.sampled_from(Action), ANY_FACTS)
def test_every_question_has_an_answer_and_every_refusal_a_reason_and_a_helper(role: Role, action: Action, facts: Facts) -> None:
    verdict = may(Person(role, "UD 94"), action, facts, TODAY)
    if isinstance(verdict, Allowed):
        assert role is LINE[action].by and facts.status in LINE[action].statuses
        return
    for words in (verdict.reason, verdict.helper):
        assert (words.endswith(".") and "{" not in words and words[0].isupper()) or words[0].isdigit()
    assert verdict.ask_unit == ("UD 94" in verdict.helper and role is not Role.UD)


@given(st.sampled_from(Role), st.sampled_from(Action), ANY_FACTS)
def test_the_helper_of_a_refusal_is_somebody_else_or_something_to_do(role: Role, action: Action, facts: Facts) -> None:
    verdict = may(Person(role, "UD 94"), action, facts, TODAY)
    if isinstance(verdict, Allowed):
        return
    somebody = {
        Role.CENTRE: ("UD 94",),
        Role.UD: ("responsable de session", "administration centrale", "Déverrouillez", "Vous pouvez rappeler"),
        Role.REGION: ("UD 94",),
        Role.NATIONAL: ("UD 94",),
    }
    assert any(who in verdict.helper for who in somebody[role]), verdict


@pytest.mark.parametrize(
    "check",
    {check: None for line in TABLE if line.by is Role.CENTRE for check in line.provided},
    ids=lambda check: check.__name__,
)
def test_every_check_on_a_centre_names_the_unit_that_can_help(check: Check) -> None:
    """Each is made to refuse: drawn at random, the one that seldom does would be met now and then."""
    quietly = settings(derandomize=True, database=None, max_examples=5_000, phases=[Phase.generate])
    refused = check(find(ANY_FACTS, lambda facts: check(facts, TODAY) is not None, settings=quietly), TODAY)
    assert refused and "{unit}" in refused.helper


@given(ANY_FACTS)
def test_what_is_said_to_be_missing_is_all_that_the_checks_refuse(facts: Facts) -> None:
    facts = replace(facts, status=S.PREPARATION)
    verdict = may(Person(Role.CENTRE, "UD 94"), Action.REQUEST_DTE, facts, TODAY)
    listed = missing(Action.REQUEST_DTE, facts, TODAY)
    assert verdict.ok == (not listed)
    if isinstance(verdict, Refused):
        assert listed[0] == verdict.reason


def test_every_action_has_one_line_and_every_line_says_something_to_everybody() -> None:
    assert sorted(line.action for line in TABLE) == sorted(Action)
    for step in STEPS:
        assert (
            (step.after not in step.before) == (step.action is not Action.CONVOKE_AGAIN)
            and step.line is not None
            and step.history.endswith(".")
        )
        assert not step.path or STEP_AT[step.path] is step


def test_a_line_that_names_a_status_which_ends_other_rights_holds_there() -> None:
    """A line for the unit at « Convocations envoyées », « Résultats saisis » and « Verrouillée » opens at all three."""
    line = Line(Action.CORRECT_RESULTS, Role.UD, (S.CONVOKED, S.RESULTS, S.LOCKED), UNITS_TURN, UNITS_TURN)
    for status in Status:
        for role in Role:
            why = why_not(line, role, facts_of(status), TODAY)
            assert (why is None) == (role is Role.UD and status in line.statuses)
            assert why is None or why.said_to(Person(role, "UD 94"), facts_of(status)).helper


@pytest.mark.parametrize(
    ("candidates", "jury", "trained", "first"),
    [(0, 1, 1, "Ajoutez d’abord les candidats"), (1, 1, 1, "Complétez d’abord le jury"), (1, 2, 1, "Remplacez d’abord l’un")],
)
def test_the_advice_is_about_what_is_missing_first(candidates: int, jury: int, trained: int, first: str) -> None:
    verdict = asks(Role.CENTRE, Action.REQUEST_DTE, status=S.PREPARATION, candidates=candidates, jury=jury, own_trainers=trained)
    assert isinstance(verdict, Refused) and verdict.helper.startswith(first)


def test_a_centre_is_not_told_to_enter_a_real_end_date_where_another_thing_comes_first() -> None:
    verdict = asks(Role.CENTRE, Action.ENTER_RESULTS, status=S.PREPARATION, postponed=True)
    assert isinstance(verdict, Refused) and "Saisissez-la" not in verdict.helper


@pytest.mark.parametrize("status", Status)
def test_a_centre_edits_the_practical_block_only_in_preparation(status: Status) -> None:
    assert asks(Role.CENTRE, Action.EDIT_START, status=status).ok == (status is S.PREPARATION)
    assert not asks(Role.UD, Action.EDIT_START, status=status).ok


def test_the_start_of_an_automatically_postponed_session_stays() -> None:
    assert not asks(Role.CENTRE, Action.EDIT_START, status=S.PREPARATION, postponed=True).ok
    assert asks(Role.CENTRE, Action.EDIT_END, status=S.PREPARATION, postponed=True).ok


@pytest.mark.parametrize("status", ACTIVE)
@pytest.mark.parametrize("postponed", [True, False])
def test_why_a_start_stays_is_told_as_it_is_at_every_status(status: Status, postponed: bool) -> None:
    verdict = asks(Role.CENTRE, Action.EDIT_START, status=status, postponed=postponed)
    if isinstance(verdict, Refused):
        assert ("jours d’examen s’indiquent à part" in verdict.reason) == postponed
        assert ("« En préparation »" in verdict.reason) != postponed


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
