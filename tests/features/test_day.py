"""The day's page: each number is the length of the list behind its link, for each role."""

import random
import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from portal.app import create_app
from portal.clock import Clock
from portal.core.outcomes import Saved
from portal.demo.data import PASSWORD as DEMO_PASSWORD
from portal.features.convening.actions import set_exam_days
from portal.features.requests.actions import ask_postponement
from portal.features.sessions.actions import set_actual_end
from portal.rules.lifecycle import Status
from portal.settings import DEMO_DAY, Settings
from tests.support.reading import parse
from tests.support.world import PEOPLE, Browser, World


def numbers(page: str) -> list[tuple[int, str]]:
    """Each number of the day's page that is a link, with its address."""
    found = re.findall(r'<a href="([^"]+)" class="sheet[^"]*"><strong>([^<]+)</strong>', page)
    found += re.findall(r'class="num">\s*<a href="([^"]+)">([^<]+)<', page)
    found += re.findall(r'<dd>\s*<a href="([^"]+)">([^<]+)<', page)
    return [(int(number.replace("\u202f", "")), unescape(link)) for link, number in found]


def length(browser: Browser, link: str) -> int:
    """How many rows the list behind a link has, page after page."""
    count = 0
    for _ in range(40):
        page = browser.get(link).text
        body = page.partition("<tbody>")[2].partition("</tbody>")[0]
        count += len(re.findall(r"<tr", body))
        following = re.search(r'<a href="([^"]+)" rel="next"', page)
        if not following:
            return count
        link = unescape(following[1])
    raise AssertionError("the list does not end")


def check(browser: Browser, least: int) -> None:
    found = numbers(browser.get("/").text)
    assert len(found) >= least and len({link for _, link in found}) == len(found)
    assert {link: number for number, link in found} == {link: length(browser, link) for _, link in found}


LEAST = {"centre": 6, "other": 6, "ud94": 5, "ud75": 5, "region": 12, "national": 10}


@pytest.fixture(scope="module")
def demonstration(loaded_demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, since signing in writes."""
    return Path(shutil.copy(loaded_demonstration, tmp_path_factory.mktemp("day")))


@pytest.mark.parametrize(
    ("email", "who"),
    [
        ("centre", "centre"),
        ("autre-centre", "other"),
        ("ud94", "ud94"),
        ("ud75", "ud75"),
        ("region-idf", "region"),
        ("national", "national"),
    ],
)
def test_every_number_is_its_list_on_the_demonstration(demonstration: Path, email: str, who: str) -> None:
    app = create_app(Settings("demo", f"sqlite:///{demonstration}", "a secret", DEMO_DAY), Clock(DEMO_DAY))
    browser = Browser(app.test_client())
    browser.sign_in(f"{email}@demo.example", DEMO_PASSWORD)
    check(browser, LEAST[who])
    assert "La version 1.9 est en ligne : les sessions du confinement" in browser.get("/").text  # the first letter
    app.extensions["portal_db"].dispose()


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    world.close()


def test_every_number_is_its_list_on_random_data(w: World) -> None:
    chance = random.Random(7)
    for number in range(1, 90):
        start = w.today + timedelta(days=chance.randint(-150, 60))
        end = start + timedelta(days=chance.randint(0, 30))
        days = (f"{start:%d/%m/%Y}", f"{end:%d/%m/%Y}")
        w.session(number, *days, chance.choice(list(Status)).value, centre=chance.randint(0, 1), candidates=0)
    w.measure()
    for number in range(1, 90):
        s = w.get(number)
        who = "centre" if s.siret == w.sirets[0] else "other"
        if chance.random() < 0.5:
            set_actual_end(w.as_(who), number, s.version, max(s.starts_on, w.today + timedelta(days=chance.randint(-20, 120))))
        wanted: dict[str, Any] = {"starts_on": date(2020, 9, 1), "ends_on": date(2020, 9, 2)}
        ask_postponement(w.as_(who), number, w.get(number).version, reason="Essai", key=str(number), **wanted)
    assert w.scalar("SELECT count(*) FROM request") != 0
    for who in PEOPLE:
        check(w.browser(who), LEAST[who])


def test_the_centre_reads_what_is_due_by_date_each_with_its_button(w: World) -> None:
    w.session(1, "02/03/2020", "20/04/2020")
    w.session(2, "01/06/2020", "12/06/2020")
    w.measure()
    page = w.browser("centre").get("/").text
    assert "session reportée attend sa date réelle" in page
    assert re.search(r'href="/sessions/1/date-reelle"[^>]*>Saisir la date réelle<', page)
    assert page.index("/sessions/1/date-reelle") < page.index("/sessions/2/resultats")  # it holds up the results of its session
    assert "Rien ne vous attend" in w.browser("other").get("/").text


def test_what_is_due_today_comes_first_and_what_is_late_says_since_when(w: World) -> None:
    w.session(1, "01/06/2020", "12/06/2020")  # its results wait
    w.session(2, "22/06/2020", "26/06/2020", "dte_envoye")  # convocations a week before
    w.session(3, "17/06/2020", "19/06/2020", "dte_envoye")
    w.session(4, "06/07/2020", "10/07/2020", "dte_envoye")
    table = next(parse(w.browser("centre").get("/").text).all("tbody"))
    told = {row[0]: row[4] for tr in table.all("tr") if (row := [td.words() for td in tr.all("td")])}
    assert [*told] == ["2", "1", "3", "4"]
    assert "Dernier jour aujourd’hui" in told["2"]
    assert "En retard depuis le 11/06/2020" in told["3"]
    assert not any(words in told[number] for number in "14" for words in ("retard", "Dernier"))


def test_the_day_names_no_day_that_a_measure_left_behind(w: World) -> None:
    w.session(1, "02/03/2020", "20/04/2020", "dte_envoye")
    w.session(2, "02/03/2020", "20/04/2020", "dte_envoye")
    w.measure()
    days: dict[str, Any] = {"first": date(2020, 7, 6), "last": date(2020, 7, 8), "hour": "08:30"}
    assert isinstance(set_exam_days(w.as_("centre"), 2, w.get(2).version, **days), Saved)
    table = next(parse(w.browser("centre").get("/").text).all("tbody"))
    told = {row[0]: row[2:4] for tr in table.all("tr") if (row := [td.words() for td in tr.all("td")])}
    assert told == {"1": ["non indiqué", "24/08/2020"], "2": ["06/07/2020", "08/07/2020"]}


def test_the_unit_answers_from_its_day(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    days: dict[str, Any] = {"starts_on": date(2020, 7, 6), "ends_on": date(2020, 7, 10)}
    ask_postponement(w.as_("centre"), 1, w.get(1).version, reason="Essai", key="k", **days)
    unit = w.browser("ud94")
    page = unit.get("/").text
    form = re.search(r'action="(/demandes/1/acceptation)".*?name="version" value="(\d+)"', page, re.S)
    assert form and unit.post(form[1], version=form[2]).status_code == 303
    assert w.get(1).starts_on == date(2020, 7, 6)
    assert "Aucune demande n’attend de réponse" in unit.get("/").text


def test_a_letter_stays_on_the_day_until_it_is_read(w: World) -> None:
    from portal.features.communication.letters import NewLetter, publish

    publish(w.as_("national"), NewLetter("Version 1.9", "Bonjour", [], []), "k")
    centre = w.browser("centre")
    assert "Version 1.9" in centre.get("/").text
    centre.get("/communication/1")
    assert "Version 1.9" not in centre.get("/").text


def test_the_national_account_lists_the_accounts_by_role(w: World) -> None:
    for who in PEOPLE:
        w.as_(who)
    page = w.browser("national").get("/comptes?role=centre&q=centre@").text
    assert "centre@test.example" in page and "other@test.example" not in page and "ud94@" not in page
    assert w.browser("region").get("/comptes").status_code == 404


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_the_very_first_session_of_a_department_comes_while_it_is_counted(world: World) -> None:
    browser = world.browser("region")
    came: list[int] = []

    def meanwhile(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        if "UNION ALL" in statement and "GROUP BY exam_session.department_code" in statement and not came:
            came.append(1)
            world.session(1, "01/06/2020", "05/06/2020", "en_preparation")

    event.listen(world.db.engine, "before_cursor_execute", meanwhile)
    page = browser.get("/")
    event.remove(world.db.engine, "before_cursor_execute", meanwhile)
    assert came and page.status_code == 200 and "Val-de-Marne" in page.text
    world.close()
