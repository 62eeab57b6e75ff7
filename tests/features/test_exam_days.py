"""What goes by the days of the exam and by nothing else: calendars, the jury, reminders. Both sides of each bound, moved or not."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from portal.core.outcomes import Doubtful, Saved
from portal.features.convening.actions import set_exam_days
from portal.features.jury.queries import brief
from portal.features.jury.seats import SitsElsewhere, seat
from portal.features.notices.waiting import tell_waiting
from portal.features.sessions.actions import set_actual_end
from portal.store.notices import notice
from tests.support.lived import after
from tests.support.reading import parse
from tests.support.world import World

D = date.fromisoformat
FIRST, LAST = "2020-07-06", "2020-07-08"
MOVED, STAYED = 1, 2


def stated(world: World) -> None:
    """Two sessions of the same three days: the first was moved, and its centre has stated them; the second never moved."""
    world.session(MOVED, "02/03/2020", "20/04/2020", "dte_envoye")
    world.measure()
    world.session(STAYED, "06/07/2020", "08/07/2020", "dte_envoye")
    state(world, FIRST, LAST)


@pytest.fixture
def w(world: World, shared: Path) -> Iterator[World]:
    yield after(world, shared, stated)
    world.close()


def state(w: World, first: str, last: str, number: int = MOVED) -> None:
    days: dict[str, Any] = {"first": D(first), "last": D(last), "hour": "08:30"}
    told = set_exam_days(w.as_("centre"), number, w.get(number).version, **days)
    if isinstance(told, Doubtful):
        told = set_exam_days(w.as_("centre"), number, w.get(number).version, **days, confirmed=told.seal)
    assert isinstance(told, Saved), told


def on_the_calendar(w: World, month: str) -> dict[str, str]:
    """What each day of a month says that says something."""
    page = parse(w.browser("centre").get(f"/calendrier?mois={month}").text)
    days = [li for ol in page.all("ol") if "month" in ol.attributes.get("class", "") for li in ol.all("li")]
    said = {}
    for li in days:
        events = [p.words() for p in li.all("p") if "event" in p.attributes["class"]]
        if events:
            said[next(li.all("span")).words()] = " | ".join(events)
    return said


def test_the_calendar_shows_both_on_the_days_of_their_exam_and_nowhere_else(w: World) -> None:
    shown = on_the_calendar(w, "2020-07")
    assert list(shown) == ["lundi 6 juillet 2020", "mercredi 8 juillet 2020"]
    starts, ends = shown.values()
    assert re.findall(r"\b[12] TP-01303", starts) == ["1 TP-01303", "2 TP-01303"] and starts.count("→ 08/07") == 2
    assert ends == "Fin : 1, 2"
    assert {month: on_the_calendar(w, month) for month in ("2020-03", "2020-04", "2020-08")} == {
        "2020-03": {},
        "2020-04": {},
        "2020-08": {},
    }


def test_a_moved_session_without_days_stands_on_its_new_end_and_says_that_they_are_missing(w: World) -> None:
    w.session(3, "18/03/2020", "12/05/2020", "dte_envoye")
    w.measure()
    shown = on_the_calendar(w, "2020-08")
    assert list(shown) == ["lundi 24 août 2020"] and "jours d’examen à indiquer" in shown["lundi 24 août 2020"]
    assert not on_the_calendar(w, "2020-05") and "à indiquer" not in str(on_the_calendar(w, "2020-07"))


def test_a_moved_session_of_which_only_the_real_end_is_known_stands_on_that_day(w: World) -> None:
    w.session(3, "18/03/2020", "12/05/2020")
    w.measure()
    assert isinstance(set_actual_end(w.as_("centre"), 3, w.get(3).version, D("2020-06-12")), Saved)
    shown = on_the_calendar(w, "2020-06")
    assert list(shown) == ["vendredi 12 juin 2020"] and "à indiquer" not in shown["vendredi 12 juin 2020"]
    assert {month: on_the_calendar(w, month) for month in ("2020-03", "2020-05", "2020-08")} == {
        "2020-03": {},
        "2020-05": {},
        "2020-08": {},
    }


def test_the_private_calendar_holds_each_whole_day_of_the_exam(w: World) -> None:
    b = w.browser("centre")
    b.post("/calendrier/adresse", action="donner")
    address = re.search(r'value="[^"]*(/calendrier/[^"]+\.ics)"', b.get("/calendrier").text)
    assert address
    events = w.browser().get(address[1]).text.replace("\r\n ", "").split("BEGIN:VEVENT")[1:]
    days = {
        int(re.search(r"UID:session-(\d+)", e)[1]): re.findall(r"DT(?:START|END);VALUE=DATE:(\d{8})", e)  # type: ignore[index]
        for e in events
    }
    assert days == {MOVED: ["20200706", "20200709"], STAYED: ["20200706", "20200709"]}, "the end of an event is the day after"


@pytest.mark.parametrize("number", [MOVED, STAYED])
@pytest.mark.parametrize(
    ("start", "end", "elsewhere"),
    [
        ("02/07/2020", "05/07/2020", False),
        ("02/07/2020", "06/07/2020", True),
        ("08/07/2020", "10/07/2020", True),
        ("09/07/2020", "10/07/2020", False),
        ("02/03/2020", "20/04/2020", False),  # the days left behind
        ("20/08/2020", "24/08/2020", False),  # the end that the measure set
    ],
)
def test_a_member_sits_elsewhere_when_the_days_of_the_exam_meet(
    w: World, number: int, start: str, end: str, elsewhere: bool
) -> None:
    w.session(4, start, end, "en_preparation")
    member = w.juror("Partout")
    assert isinstance(seat(w.as_("centre"), 4, w.get(4).version, member), Saved)
    told = seat(w.as_("centre"), number, w.get(number).version, member)
    assert isinstance(told, SitsElsewhere if elsewhere else Saved)
    if not elsewhere:
        with w.db.reading() as conn:
            assert [one.elsewhere for one in brief(conn, number)] == [False]


@pytest.mark.parametrize("number", [MOVED, STAYED])
@pytest.mark.parametrize(
    ("start", "end", "sits"),
    [
        ("2020-07-06", "2020-12-31", True),
        ("2020-07-07", "2020-12-31", False),
        ("2020-01-01", "2020-07-06", True),
        ("2020-01-01", "2020-07-05", False),
    ],
)
def test_a_member_is_accredited_on_the_first_day_of_the_exam(w: World, number: int, start: str, end: str, sits: bool) -> None:
    told = seat(w.as_("centre"), number, w.get(number).version, w.juror("Seul", start, end))
    assert isinstance(told, Saved) is sits and w.get(number).jury == int(sits)
    page = w.browser("centre").get(f"/sessions/{number}/jury").text
    assert "06/07/2020" in page and "02/03/2020" not in page and "24/08/2020" not in page


def told(w: World) -> list[str]:
    """What the worker tells today, and only once a week."""
    tell_waiting(w.as_("national"))
    tell_waiting(w.as_("national"))
    with w.db.reading() as conn:
        query = select(notice.c.subject).where(notice.c.subject.contains("atten")).order_by(notice.c.subject)
        return list(conn.execute(query).scalars())


@pytest.mark.parametrize(
    ("last", "said"), [("2020-06-14", ["1 session reportée attend sa date réelle"]), ("2020-06-15", ["1 session reportée attend sa date réelle"]), ("2020-06-16", [])]
)  # fmt: skip
def test_the_real_end_date_is_reminded_of_from_the_last_day_of_the_exam_on(w: World, last: str, said: list[str]) -> None:
    w.session(5, "18/03/2020", "12/05/2020")
    w.measure()
    state(w, "2020-06-12", last, 5)
    w.as_("centre")
    assert told(w) == said


@pytest.mark.parametrize(("real", "said"), [("2020-06-15", ["1 session attend ses résultats"]), ("2020-06-16", [])])
def test_results_are_reminded_of_from_the_real_end_date_on(w: World, real: str, said: list[str]) -> None:
    w.session(5, "18/03/2020", "12/05/2020")
    w.measure()
    assert isinstance(set_actual_end(w.as_("centre"), 5, w.get(5).version, D(real)), Saved)
    assert told(w) == said
