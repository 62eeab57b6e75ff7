"""Which half-days may be noted, and who is taken to have been absent."""

from datetime import date
from typing import Any

import pytest

from portal.rules.attendance import Half, absent_throughout, exam_days, not_open, opens_on
from portal.rules.lifecycle import Action, Role, Status
from portal.rules.rights import Person, Refused, may
from tests.support.facts import facts_of

D = date.fromisoformat
FIRST, LAST = D("2020-06-15"), D("2020-06-17")
MOVED: dict[str, Any] = {"postponed": True, "starts_on": D("2020-03-02"), "ends_on": D("2020-08-24")}
AM, PM = Half.MORNING, Half.AFTERNOON


@pytest.mark.parametrize(
    ("more", "days"),
    [
        ({}, ["2020-06-15", "2020-06-16", "2020-06-17"]),
        ({"ends_on": FIRST}, ["2020-06-15"]),
        ({"actual_end_on": D("2020-06-18")}, ["2020-06-15", "2020-06-16", "2020-06-17", "2020-06-18"]),
        ({"actual_end_on": D("2020-06-16")}, ["2020-06-15", "2020-06-16", "2020-06-17"]),
        (MOVED, []),
        ({**MOVED, "exam_starts_on": D("2020-07-06"), "exam_ends_on": D("2020-07-07")}, ["2020-07-06", "2020-07-07"]),
    ],
)
def test_the_days_are_those_on_which_people_meet(more: dict[str, Any], days: list[str]) -> None:
    assert [
        on.isoformat() for on in exam_days(facts_of(Status.CONVOKED, **{"starts_on": FIRST, "ends_on": LAST, **more}))
    ] == days


@pytest.mark.parametrize(
    ("on", "today", "says"),
    [
        ("2020-06-14", "2020-06-16", "n’est pas un jour d’examen"),
        ("2020-06-15", "2020-06-14", "est à venir"),
        ("2020-06-15", "2020-06-15", ""),
        ("2020-06-17", "2020-06-16", "est à venir"),
        ("2020-06-17", "2020-06-17", ""),
        ("2020-06-15", "2020-08-01", ""),
        ("2020-06-18", "2020-08-01", "n’est pas un jour d’examen"),
    ],
)
def test_a_day_is_noted_once_it_has_come(on: str, today: str, says: str) -> None:
    said = not_open(facts_of(Status.CONVOKED, FIRST, LAST), D(on), D(today))
    assert says in said and bool(says) is bool(said)


def test_without_days_nothing_is_noted() -> None:
    facts = facts_of(Status.CONVOKED, **MOVED)
    assert "pas encore indiqués" in not_open(facts, D("2020-07-06"), D("2020-07-06")) and opens_on(facts, FIRST) is None


@pytest.mark.parametrize(("today", "on"), [("2020-06-01", FIRST), ("2020-06-16", D("2020-06-16")), ("2020-07-01", LAST)])
def test_the_page_opens_on_today_or_on_the_nearest_day(today: str, on: date) -> None:
    assert opens_on(facts_of(Status.CONVOKED, FIRST, LAST), D(today)) == on


def test_each_at_another_status_or_another_role_reads_why_not() -> None:
    for role in Role:
        for status in Status:
            verdict = may(Person(role, "UD 94"), Action.NOTE_DAY, facts_of(status, FIRST, LAST), FIRST)
            assert verdict.ok is (role is Role.CENTRE and status is Status.CONVOKED)
            assert verdict.ok or (isinstance(verdict, Refused) and verdict.reason and verdict.helper)


@pytest.mark.parametrize(
    ("noted", "absent"),
    [
        ({}, set()),
        ({(1, FIRST, AM): False}, {1}),
        ({(1, FIRST, AM): False, (1, FIRST, PM): True}, set()),
        ({(1, FIRST, AM): False, (2, FIRST, AM): True}, {1}),
        ({(1, FIRST, AM): False, (2, FIRST, AM): True, (2, LAST, PM): True}, set()),  # of whom it was not noted whether it came
        ({(1, FIRST, AM): False, (1, LAST, PM): False, (2, FIRST, AM): True, (2, LAST, PM): False}, {1}),
    ],
)
def test_absent_throughout_is_who_was_noted_absent_whenever_anybody_was_noted(
    noted: dict[tuple[int, date, Half], bool], absent: set[int]
) -> None:
    assert absent_throughout(noted) == absent
