"""A condition holds for the sessions that it describes: each part alone, both sides of each bound."""

from datetime import date

import pytest

from portal.rules.conditions import Condition, holds
from portal.rules.facts import Facts
from portal.rules.lifecycle import Status
from portal.rules.minutes import Minutes
from tests.support.facts import facts_of

TODAY = date(2020, 6, 15)
EVE, MORROW = date(2020, 6, 14), date(2020, 6, 16)
S = Status


@pytest.mark.parametrize(
    ("condition", "inside", "outside"),
    [
        (Condition(), {}, None),
        (Condition((S.CONVOKED,)), {}, {"status": S.RESULTS}),
        (Condition(start_from=TODAY), {"starts_on": TODAY}, {"starts_on": EVE}),
        (Condition(start_to=TODAY), {"starts_on": TODAY}, {"starts_on": MORROW}),
        (Condition(end_from=TODAY), {"ends_on": TODAY}, {"ends_on": EVE}),
        (Condition(end_to=TODAY), {"ends_on": TODAY}, {"ends_on": MORROW}),
        (Condition(departments=("75", "94")), {"department": "94"}, {"department": "93"}),
        (Condition(titles=("TP-1", "TP-2")), {"title": "TP-2"}, {"title": "TP-3"}),
        (Condition(postponed=True), {"postponed": True}, {"postponed": False}),
        (Condition(postponed=False), {"postponed": False}, {"postponed": True}),
        (Condition(actual_end_known=True), {"actual_end_on": TODAY}, {"actual_end_on": None}),
        (Condition(actual_end_known=False), {"actual_end_on": None}, {"actual_end_on": TODAY}),
        (Condition(over=True), {"ends_on": TODAY}, {"ends_on": MORROW}),
        (Condition(over=True), {"ends_on": MORROW, "actual_end_on": TODAY}, {"ends_on": EVE, "actual_end_on": MORROW}),
        (Condition(over=False), {"ends_on": MORROW}, {"ends_on": TODAY}),
        (
            Condition(end_in_doubt=True),
            {"ends_on": TODAY, "actual_end_on": MORROW},
            {"ends_on": TODAY, "actual_end_on": TODAY},
        ),
        (Condition(end_in_doubt=True), {"ends_on": EVE, "actual_end_on": TODAY}, {"ends_on": EVE}),
        # The lockdown, both sides of each bound.
        (Condition(end_in_doubt=True), {"actual_end_on": date(2020, 3, 17)}, {"actual_end_on": date(2020, 3, 16)}),
        (Condition(end_in_doubt=True), {"actual_end_on": date(2020, 5, 11)}, {"actual_end_on": date(2020, 5, 12)}),
        (Condition(end_in_doubt=False), {"actual_end_on": date(2020, 4, 1), "actual_end_checked": True}, None),
        (Condition(end_in_doubt=False), {"ends_on": EVE}, {"ends_on": EVE, "actual_end_on": TODAY}),
        (Condition(exam_start_to=TODAY), {"exam_starts_on": TODAY}, {"exam_starts_on": MORROW}),
        (Condition(exam_start_to=TODAY), {"exam_starts_on": EVE}, {"starts_on": EVE}),
        (Condition(exam_over=True), {"ends_on": MORROW, "exam_ends_on": TODAY}, {"ends_on": EVE, "exam_ends_on": MORROW}),
        (Condition(exam_over=True), {"ends_on": MORROW, "planned_end_on": TODAY}, {"ends_on": EVE, "planned_end_on": MORROW}),
        (Condition(exam_over=False), {"ends_on": MORROW}, {"ends_on": TODAY}),
        (Condition(unconvened=True), {"unconvened": 1}, {"unconvened": 0}),
        (Condition(unconvened=False), {"unconvened": 0}, {"unconvened": 2}),
        (Condition(moved_by="greve"), {"moved_by": "greve"}, {"moved_by": "confinement-2020"}),
        (Condition(minutes=(Minutes.AWAITED, Minutes.REFUSED)), {"minutes": Minutes.REFUSED}, {"minutes": Minutes.VERIFIED}),
    ],
)
def test_each_part_is_asked_for_by_itself(
    condition: Condition, inside: dict[str, object], outside: dict[str, object] | None
) -> None:
    assert holds(condition, facts_of(**inside), TODAY)  # type: ignore[arg-type]
    assert outside is None or not holds(condition, facts_of(**outside), TODAY)  # type: ignore[arg-type]


def test_one_part_that_fails_is_enough() -> None:
    both = Condition((S.CONVOKED,), start_to=TODAY, postponed=True)
    fits: Facts = facts_of(S.CONVOKED, EVE, MORROW, True)
    assert holds(both, fits, TODAY)
    for status, start, moved in ((S.LOCKED, EVE, True), (S.CONVOKED, MORROW, True), (S.CONVOKED, EVE, False)):
        assert not holds(both, facts_of(status, start, MORROW, moved), TODAY)
