"""The results day of the bench: what it counts, what it would notice. The day itself is `python -m bench.results_day`."""

from itertools import count
from random import Random

import pytest

from bench import results_day
from bench.results_day import Nodes, Told, held, run, table, visit

SHEET = '<input name="csrf_token" value="t"><input name="version" value="3"><input name="resultat-1"><input name="resultat-2">'


class Answers(Nodes):
    """Nodes that answer at once; `fails`: which of the requests does not."""

    def __init__(self, fails: int = 0) -> None:
        super().__init__([0])
        self.asked: list[tuple[str, str, object]] = []
        self.fails, self.numbers = fails, count(1)

    def ask(self, method: str, path: str, cookie: str, fields: dict[str, object] | None = None) -> tuple[int, str, str]:
        self.asked.append((method, path, fields))
        if next(self.numbers) == self.fails:
            return 503, cookie, SHEET
        return 200 if method == "GET" else 303, cookie, SHEET


@pytest.fixture(autouse=True)
def nobody_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results_day, "TYPING", (0.0, 0.0))


def day(nodes: Answers) -> Told:
    told = Told()
    run([(0.0, visit(nodes, told, number, "portail=x", draft=number == 1)) for number in (1, 2)], told, Random(5))
    return told


def test_each_centre_reads_its_sheet_saves_a_draft_or_not_and_then_for_good() -> None:
    nodes = Answers()
    told = day(nodes)
    saves = [
        fields["action"] for method, path, fields in nodes.asked if path == "/sessions/1/resultats" and isinstance(fields, dict)
    ]
    assert saves == ["draft", "save"] and told.saved == {1, 2} and told.failed == []
    assert {what: len(seconds) for what, seconds in told.seconds.items()} == {
        "page du jour": 2,
        "feuille": 3,
        "enregistrer": 3,
        "session": 2,
    }
    assert held(told, idle=1.0) and "2 centres, 40 candidats en 6 min" in table(told, 1.0, 2, 6)


def test_a_request_that_fails_is_told_and_so_are_saves_that_take_too_long() -> None:
    failing = [day(Answers(fails=number)) for number in range(1, 11)]
    assert all(len(told.failed) == 1 and not held(told, idle=1.0) for told in failing)
    assert {len(told.saved) for told in failing} == {1, 2}  # what was refused is not taken for saved
    slow = day(Answers())
    slow.seconds["enregistrer"] = [0.1] * 98 + [2.1, 2.2]
    assert not held(slow, idle=0.1) and held(slow, idle=0.2)
