"""What control reads of the exam itself, on both sides of each threshold: incidents, late minutes, presences and results."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from portal.core.outcomes import Saved
from portal.core.sheet import Typed, load
from portal.features.attendance.actions import Tick, note, note_incident
from portal.features.minutes.actions import deposit, refuse, verify
from portal.features.oversight.seen import Seen
from portal.features.oversight.signals import signals
from portal.features.results.actions import enter_results
from portal.features.sessions.actions import advance
from portal.rules.attendance import Half
from portal.rules.lifecycle import Action
from portal.rules.outcomes import Outcome
from portal.rules.signals import LABELS, QUESTIONS, Signal
from tests.support.minutes import GOOD
from tests.support.world import World

FIRST, SECOND = date(2020, 6, 11), date(2020, 6, 12)
TITLE, FAILED, ABSENT, PARTIAL = Outcome.TITLE, Outcome.FAILED, Outcome.ABSENT, Outcome.PARTIAL
HERE, AWAY = True, False


@pytest.fixture
def w(world: World) -> Iterator[World]:
    """A session of two candidates, on the second of its two days."""
    world.today = SECOND
    world.session(1, "11/06/2020", "12/06/2020")
    yield world
    world.close()


def seen(w: World, kind: Signal, who: str = "ud94") -> list[Seen]:
    with w.db.reading() as conn:
        return signals(conn, w.as_(who).actor, w.today, kind)


def there(w: World, candidate: int, *noted: tuple[date, Half, bool]) -> None:
    for on, half, present in noted:
        assert isinstance(note(w.as_("centre"), 1, on, [Tick(candidate, half, present, 0)]), dict)


def results(w: World, *outcomes: Outcome, number: int = 1) -> None:
    s = w.get(number)
    with w.db.reading() as conn:
        people = load(conn, s).candidates
    entries: dict[int, dict[int | None, Outcome]] = {
        c.id: {None: o} | ({1: Outcome.ACQUIRED} if o is PARTIAL else {}) for c, o in zip(people, outcomes, strict=True)
    }
    done = enter_results(w.as_("centre"), number, s.version, Typed(entries, s.version))
    assert isinstance(done, Saved), done


@pytest.mark.parametrize("incidents", [0, 1, 2])
def test_incidents_from_the_first_on(w: World, incidents: int) -> None:
    for i in range(incidents):
        note_incident(w.as_("centre"), 1, FIRST, f"1{i}:20", "Panne de courant")
    told = [one.figures for one in seen(w, Signal.INCIDENTS)]
    assert told == {0: [], 1: ["1 incident noté."], 2: ["2 incidents notés."]}[incidents]
    assert "Panne" not in "".join(told)


@pytest.mark.parametrize(("days", "late"), [(15, 0), (16, 1)])
def test_minutes_are_late_from_the_sixteenth_day_after_the_end(w: World, days: int, late: int) -> None:
    results(w, TITLE, TITLE)
    w.today = SECOND + timedelta(days=days)
    found = seen(w, Signal.MINUTES_LATE)
    assert len(found) == late
    assert not late or found[0].figures == "Procès-verbal attendu jusqu’au 27/06/2020 : aucun n’est déposé."


def test_minutes_that_are_there_are_not_late_and_refused_ones_are(w: World) -> None:
    results(w, TITLE, TITLE)
    w.session(2, "11/06/2020", "12/06/2020", "resultats_saisis")
    w.today = SECOND + timedelta(days=20)
    assert [one.numbers for one in seen(w, Signal.MINUTES_LATE)] == [(1,)], "of one taken over with its results none are awaited"
    deposit(w.as_("centre"), 1, 0, GOOD)
    assert not seen(w, Signal.MINUTES_LATE)
    refuse(w.as_("ud94"), 1, 1, "Illisible")
    assert [one.figures[-29:] for one in seen(w, Signal.MINUTES_LATE)] == [" le dernier déposé est refusé."[1:]]
    verify(w.as_("ud94"), 1, 2)
    assert not seen(w, Signal.MINUTES_LATE)
    refuse(w.as_("ud94"), 1, 3, "Illisible")
    assert isinstance(advance(w.as_("ud94"), 1, w.get(1).version, Action.LOCK, "Jury dissous"), Saved)
    assert not seen(w, Signal.MINUTES_LATE), "locked for a reason"


MORNINGS = ((FIRST, Half.MORNING), (SECOND, Half.MORNING))


@pytest.mark.parametrize(
    ("noted", "outcome", "figures"),
    [
        ((AWAY, AWAY), ABSENT, ""),
        ((AWAY, AWAY), FAILED, "1 candidat noté absent tout du long, sans l’être aux résultats."),
        ((AWAY, AWAY), PARTIAL, "1 candidat noté absent tout du long, sans l’être aux résultats."),
        ((AWAY, AWAY), TITLE, "1 candidat noté absent tout du long, sans l’être aux résultats."),
        ((AWAY, HERE), TITLE, ""),
        ((AWAY, HERE), ABSENT, "1 candidat noté présent, et « Absent » aux résultats."),
        ((HERE, HERE), TITLE, ""),
        ((AWAY, None), TITLE, ""),
        ((None, None), ABSENT, ""),
    ],
)
def test_a_result_that_says_other_than_who_was_there(
    w: World, noted: tuple[bool | None, ...], outcome: Outcome, figures: str
) -> None:
    """`noted`: of the first candidate on two mornings, None where nobody ticked; the other came to both, and has the title."""
    there(w, 2, *((*half, HERE) for half in MORNINGS))
    there(w, 1, *((*half, present) for half, present in zip(MORNINGS, noted, strict=True) if present is not None))
    assert not seen(w, Signal.ATTENDANCE), "before the results there is nothing to compare"
    results(w, outcome, TITLE)
    assert [one.figures for one in seen(w, Signal.ATTENDANCE)] == ([figures] if figures else [])


def test_both_ways_are_told_in_one_signal_and_each_sees_its_own(w: World) -> None:
    there(w, 1, *((*half, AWAY) for half in MORNINGS))
    there(w, 2, *((*half, HERE) for half in MORNINGS))
    results(w, TITLE, ABSENT)
    words = (
        "1 candidat noté absent tout du long, sans l’être aux résultats ; 1 candidat noté présent, et « Absent » aux résultats."
    )
    for who in ("ud94", "region", "national"):
        assert [one.figures for one in seen(w, Signal.ATTENDANCE, who)] == [words]
    assert not seen(w, Signal.ATTENDANCE, "ud75") and not seen(w, Signal.ATTENDANCE, "centre")
    page = w.browser("ud94").get("/supervision?signal=presences_et_resultats").text
    assert LABELS[Signal.ATTENDANCE] in page and QUESTIONS[Signal.ATTENDANCE] in page
