"""How long what is kept of people is kept: the durations, and the day from which something is past its time."""

from datetime import date

import pytest

from portal.rules.retention import DEFAULTS, LINE, TABLE, Kind, back

D = date.fromisoformat

# What the service keeps where nobody chose otherwise, the least and the most that may be chosen, and what is made anonymous then.
SAID = {
    Kind.SIGN_INS: ("12 mois", 6, 24, False),
    Kind.JOURNAL: ("12 mois", 6, 24, False),
    Kind.MAILS: ("6 mois", 1, 24, False),
    Kind.LINKS: ("12 mois", 1, 36, False),
    Kind.ADJUSTMENTS: ("3 mois", 1, 12, True),
    Kind.NOTICES: ("12 mois", 3, 36, False),
    Kind.SIGNALS: ("5 ans", 1, 10, True),
    Kind.CENTRES: ("3 ans", 1, 10, True),
    Kind.ACCOUNTS: ("3 ans", 1, 10, True),
    Kind.MEMBERS: ("10 ans", 3, 50, True),
    Kind.CANDIDATES: ("50 ans", 5, 99, True),
}


def test_each_kind_has_a_duration_between_its_bounds_and_a_reason() -> None:
    said = {line.kind: (line.in_words(line.default), line.least, line.most, line.erased) for line in TABLE}
    assert list(said.items()) == list(SAID.items()) and set(SAID) == set(Kind)
    assert all(1 <= line.least <= line.default <= line.most and line.why.endswith(".") for line in TABLE)
    assert len({line.setting for line in TABLE}) == len(TABLE)


@pytest.mark.parametrize(
    ("today", "months", "expected"),
    [
        ("2020-06-15", 12, "2019-06-15"),
        ("2020-06-15", 6, "2019-12-15"),
        ("2020-03-31", 1, "2020-02-29"),
        ("2021-03-31", 1, "2021-02-28"),
        ("2020-02-29", 12, "2019-02-28"),
        ("2020-05-31", 11, "2019-06-30"),
        ("2020-01-01", 1, "2019-12-01"),
        ("2020-06-15", 600, "1970-06-15"),
    ],
)
def test_back_is_the_same_day_of_an_earlier_month(today: str, months: int, expected: str) -> None:
    assert back(D(today), months) == D(expected)


def test_years_are_counted_as_years_and_months_as_months() -> None:
    assert LINE[Kind.CANDIDATES].before(50, D("2020-06-15")) == D("1970-06-15")
    assert LINE[Kind.MAILS].before(DEFAULTS[Kind.MAILS], D("2020-06-15")) == D("2019-12-15")
    assert (LINE[Kind.ACCOUNTS].in_words(1), LINE[Kind.MAILS].in_words(1)) == ("1 an", "1 mois")
