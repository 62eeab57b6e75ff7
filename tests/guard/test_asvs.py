"""docs/security.md answers every requirement of OWASP ASVS 5.0, levels 1 and 2: met and by which test, not applicable, or not met."""

import re
from collections.abc import Iterator
from itertools import chain

import pytest

from portal.paths import ROOT
from tests.guard.test_docs import names_in

PAGE = ROOT / "docs" / "security.md"
# By section: the requirements of levels 1 and 2 in it, as « from–to ».
ASKED = {
    "1.1": "1-2", "1.2": "1-9", "1.3": "1-11", "1.4": "1-3", "1.5": "1-2",
    "2.1": "1-3", "2.2": "1-3", "2.3": "1-4", "2.4": "1",
    "3.2": "1-2", "3.3": "1-4", "3.4": "1-6", "3.5": "1-5", "3.7": "1-2",
    "4.1": "1-3", "4.2": "1", "4.3": "1-2", "4.4": "1-4",
    "5.1": "1", "5.2": "1-3", "5.3": "1-2", "5.4": "1-3",
    "6.1": "1-3", "6.2": "1-12", "6.3": "1-4", "6.4": "1-4", "6.5": "1-5", "6.6": "1-3", "6.8": "1-4",
    "7.1": "1-3", "7.2": "1-4", "7.3": "1-2", "7.4": "1-5", "7.5": "1-2", "7.6": "1-2",
    "8.1": "1-2", "8.2": "1-3", "8.3": "1", "8.4": "1",
    "9.1": "1-3", "9.2": "1-4",
    "10.1": "1-2", "10.2": "1-2", "10.3": "1-4", "10.4": "1-11", "10.5": "1-5", "10.6": "1-2", "10.7": "1-3",
    "11.1": "1-2", "11.2": "1-3", "11.3": "1-3", "11.4": "1-4", "11.5": "1", "11.6": "1",
    "12.1": "1-3", "12.2": "1-2", "12.3": "1-4",
    "13.1": "1", "13.2": "1-5", "13.3": "1-2", "13.4": "1-5",
    "14.1": "1-2", "14.2": "1-4", "14.3": "1-3",
    "15.1": "1-3", "15.2": "1-3", "15.3": "1-7",
    "16.1": "1", "16.2": "1-5", "16.3": "1-4", "16.4": "1-3", "16.5": "1-3",
    "17.1": "1", "17.2": "1-4", "17.3": "1-2",
}  # fmt: skip
VERDICTS = ("met", "not applicable", "**not met**")
TEST = re.compile(r"\]\(\.\./(tests/[\w/]+\.py)\)((?:,? `test_\w+`)+)")


def numbers() -> Iterator[str]:
    for section, some in ASKED.items():
        first, _, last = some.partition("-")
        yield from (f"{section}.{n}" for n in range(int(first), int(last or first) + 1))


def rows() -> list[list[str]]:
    """Number, what is asked, verdict, and what holds it or why."""
    lines = (line for line in PAGE.read_text().splitlines() if re.match(r"\| \d+\.\d+\.\d+ \|", line))
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def named_in(told: str) -> list[tuple[str, str]]:
    """The tests that a cell names, each with its file."""
    return [(file, name) for file, names in TEST.findall(told) for name in re.findall(r"test_\w+", names)]


def test_every_requirement_has_its_row_and_no_other() -> None:
    assert [number for number, *_ in rows()] == list(numbers())
    assert len(list(numbers())) == 253


@pytest.mark.parametrize("verdict", VERDICTS)
def test_each_verdict_says_what_holds_it_or_why(verdict: str) -> None:
    found = [row for row in rows() if row[2] == verdict]
    assert found and all(len(row) == 4 and row[1] for row in found)
    if verdict == "met":
        assert [number for number, _, _, told in found if not named_in(told)] == []
    if verdict == "not applicable":
        assert [number for number, _, _, told in found if len(told) < 4] == []
    if verdict == "**not met**":
        assert [number for number, _, _, told in found if "Plan: " not in told] == []


def test_no_row_has_another_verdict_and_every_test_that_is_named_is_there() -> None:
    assert {row[2] for row in rows()} <= set(VERDICTS)
    named = set(chain.from_iterable(named_in(row[3]) for row in rows()))
    assert len(named) > 80
    assert [(file, name) for file, name in sorted(named) if not (ROOT / file).exists() or name not in names_in(ROOT / file)] == []
