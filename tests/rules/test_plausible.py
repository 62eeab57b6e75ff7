"""Dates that are asked about once more: both sides of each bound (domain.md 5)."""

from datetime import date

import pytest

from portal.rules.plausible import Doubt, closed, exam_days, far, only_new, real_end, span

TODAY = date(2020, 6, 15)
HOLIDAYS = {date(2020, 7, 14): "Fête nationale"}


def words(doubts: list[Doubt]) -> list[str]:
    return [doubt.why for doubt in doubts]


@pytest.mark.parametrize(
    ("on", "doubt"),
    [
        ("2021-06-15", ""),
        ("2021-06-16", "c’est dans plus de douze mois"),
        ("2019-06-15", ""),
        ("2019-06-14", "c’était il y a plus de douze mois"),
        ("2030-06-12", "c’est dans plus de douze mois"),
    ],
)
def test_a_date_more_than_twelve_months_away_is_asked_about(on: str, doubt: str) -> None:
    assert words(far("starts_on", date.fromisoformat(on), TODAY)) == ([doubt] if doubt else [])


@pytest.mark.parametrize(
    ("on", "doubt"),
    [
        ("2020-07-03", ""),
        ("2020-07-04", "c’est un samedi"),
        ("2020-07-05", "c’est un dimanche"),
        ("2020-07-06", ""),
        ("2020-07-14", "c’est un jour férié (Fête nationale)"),
    ],
)
def test_a_start_on_a_day_off_is_asked_about(on: str, doubt: str) -> None:
    assert words(closed("starts_on", date.fromisoformat(on), HOLIDAYS.get)) == ([doubt] if doubt else [])


@pytest.mark.parametrize(("end", "asked"), [("2021-01-06", False), ("2021-01-07", True)])
def test_an_end_more_than_six_months_after_its_start_is_asked_about(end: str, asked: bool) -> None:
    found = span(("starts_on", date(2020, 7, 6)), ("ends_on", date.fromisoformat(end)), TODAY, HOLIDAYS.get)
    assert [d.field for d in found] == (["ends_on"] if asked else [])
    assert not asked or found[0].words == "jeudi 7 janvier 2021 : c’est plus de six mois après le début, le 06/07/2020"


@pytest.mark.parametrize(
    ("on", "last_day", "asked"),
    [
        ("2020-08-24", None, False),
        ("2020-08-25", None, True),
        ("2019-06-14", None, True),
        ("2020-06-12", "2020-06-12", False),
        ("2020-06-11", "2020-06-12", True),
    ],
)
def test_a_real_end_past_the_postponed_one_or_before_the_last_day_is_asked_about(
    on: str, last_day: str | None, asked: bool
) -> None:
    last = date.fromisoformat(last_day) if last_day else None
    assert bool(real_end("actual_end_on", date.fromisoformat(on), TODAY, date(2020, 8, 24), last)) is asked


@pytest.mark.parametrize(
    ("first", "last", "fields"),
    [
        ("2020-06-15", "2020-08-24", []),
        ("2020-06-12", "2020-06-12", ["first"]),
        ("2020-06-11", "2020-06-12", ["first", "last"]),
        ("2020-06-12", "2020-06-15", ["first"]),
        ("2020-08-24", "2020-08-25", ["last"]),
        ("2020-07-04", "2020-07-06", ["first"]),
    ],
)
def test_days_of_the_exam_that_are_past_or_past_the_postponed_end_are_asked_about(
    first: str, last: str, fields: list[str]
) -> None:
    days = ("first", date.fromisoformat(first)), ("last", date.fromisoformat(last))
    assert [d.field for d in exam_days(*days, TODAY, HOLIDAYS.get, date(2020, 8, 24))] == fields


def test_a_doubt_writes_the_date_out_and_is_not_raised_about_what_stands_already() -> None:
    found = far("starts_on", date(2030, 7, 10), TODAY)
    assert found[0].words == "mercredi 10 juillet 2030 : c’est dans plus de douze mois"
    assert only_new(found, {"starts_on": date(2030, 7, 10)}) == []
    assert only_new(found, {"starts_on": date(2030, 7, 9), "ends_on": date(2030, 7, 10)}) == found


def test_a_span_that_grows_too_long_is_asked_about_whichever_of_its_dates_moved() -> None:
    start, end = date(2020, 7, 1), date(2021, 3, 2)
    found = span(("starts_on", start), ("ends_on", end), TODAY, HOLIDAYS.get)
    assert [d.field for d in found] == ["ends_on"]
    assert only_new(found, {"starts_on": date(2020, 12, 1), "ends_on": end}) == found
    assert only_new(found, {"starts_on": start, "ends_on": end}) == []
