"""The second table of rights: acts that are not on a session."""

import pytest

from portal.rules.duties import TABLE, Duty, may_do
from portal.rules.lifecycle import Role
from portal.rules.lines import Refused

# Who does what, told once more by hand, as the newsletter's people would tell it (domain.md 1).
EXPECTED = {
    Role.CENTRE: {
        Duty.CREATE_SESSIONS,
        Duty.ASK_UNIT,
        Duty.ACT_ON_SESSIONS,
        Duty.SEAT_MEMBERS,
        Duty.READ_OWN_FIGURES,
        Duty.GIVE_DATA,
        Duty.KEEP_LINKS,
        Duty.KEEP_ADJUSTMENTS,
    },
    Role.UD: {
        Duty.ANSWER_REQUESTS,
        Duty.GIVE_DATA,
        Duty.ACT_ON_SESSIONS,
        Duty.COMPARE_CENTRES,
        Duty.READ_MEMBERS,
        Duty.KEEP_MEMBERS,
        Duty.SUPERVISE,
        Duty.CLOSE_SIGNALS,
        Duty.KEEP_UNITS,
        Duty.PROVE_TWICE,
        Duty.SIGN_IN_ELSEWHERE,
        Duty.KEEP_ACCOUNTS,
    },
    Role.REGION: {
        Duty.COMPARE_CENTRES,
        Duty.COMPARE_DEPARTMENTS,
        Duty.READ_MEMBERS,
        Duty.SUPERVISE,
        Duty.CLOSE_SIGNALS,
        Duty.KEEP_REGIONS,
        Duty.PROVE_TWICE,
        Duty.SIGN_IN_ELSEWHERE,
    },
    Role.NATIONAL: {
        Duty.COMPARE_CENTRES,
        Duty.COMPARE_DEPARTMENTS,
        Duty.READ_ALL_DEPARTMENTS,
        Duty.READ_MEMBERS,
        Duty.SUPERVISE,
        Duty.KEEP_CENTRES,
        Duty.KEEP_TITLES,
        Duty.KEEP_APPROVALS,
        Duty.KEEP_UNITS,
        Duty.KEEP_REGIONS,
        Duty.TAKE_OVER,
        Duty.KEEP_LIMITS,
        Duty.KEEP_DURATIONS,
        Duty.RUN_MEASURES,
        Duty.KEEP_ACCOUNTS,
        Duty.WRITE_LETTERS,
        Duty.CLOSE_SERVICE,
        Duty.WATCH_MAILS,
        Duty.PROVE_TWICE,
        Duty.SIGN_IN_ELSEWHERE,
        Duty.RESET_FACTORS,
        Duty.READ_JOURNAL,
        Duty.DEPOSIT,
    },
}


@pytest.mark.parametrize("role", Role)
def test_each_role_has_its_duties_and_no_other(role: Role) -> None:
    assert {duty for duty in Duty if may_do(role, duty).ok} == EXPECTED[role]


def test_of_a_centre_the_managers_alone_keep_accounts() -> None:
    both = {manager: {duty for duty in Duty if may_do(Role.CENTRE, duty, manager=manager).ok} for manager in (True, False)}
    assert both[True] - both[False] == {Duty.KEEP_ACCOUNTS} and both[False] <= both[True]


def test_every_duty_has_one_line_somebody_who_does_it_and_words_for_all_others() -> None:
    assert sorted(line.duty for line in TABLE) == sorted(Duty)
    for line in TABLE:
        assert line.by
        for role in set(Role) - set(line.by):
            verdict = may_do(role, line.duty, "UD 94")
            assert isinstance(verdict, Refused)
            for words in (verdict.reason, verdict.helper):
                assert words.endswith(".") and "{" not in words
            assert verdict.ask_unit == ("UD 94" in verdict.helper and role is not Role.UD)
