"""A session as it was, and the proof of its history."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

import pytest

from portal.clock import PARIS
from portal.core.outcomes import Saved
from portal.core.people import Person
from portal.core.sheet import Typed, load
from portal.features.candidates import actions as candidates
from portal.features.jury.seats import seat, unseat
from portal.features.measures.actions import revert
from portal.features.past.as_was import Then, as_it_was
from portal.features.postponements.actions import postpone
from portal.features.results.actions import correct_results, enter_results, save_draft, seal
from portal.features.sessions.actions import Practical, advance, edit_practical, set_actual_end
from portal.rules.lifecycle import Action
from portal.rules.outcomes import Outcome
from tests.support.world import World

D = date.fromisoformat


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    world.close()


def then(w: World, number: int, on: date) -> Then:
    with w.db.reading() as conn:
        found = as_it_was(conn, w.get(number), on, w.today)
    found.since = ()
    return found


def now(w: World, number: int) -> Then:
    """What the session is today: nothing lies after today."""
    return then(w, number, w.today)


def as_dict(found: Then) -> dict[str, object]:
    values = dict(vars(found))
    return {**values, "on": None, "candidates": sorted(found.candidates)}


def test_each_day_is_rebuilt_as_it_was_then(w: World) -> None:
    """Something happens every day; at the end of each day the session is kept; at the very end each day is rebuilt."""
    w.today = date(2020, 5, 4)
    one, two, three = w.juror("Un"), w.juror("Deux"), w.juror("Trois")
    w.session(1, "18/05/2020", "22/05/2020", "en_preparation", candidates=2)
    kept: dict[date, dict[str, object]] = {}

    def entries(*outcomes: Outcome) -> dict[int, dict[int | None, Outcome]]:
        with w.db.reading() as conn:
            sheet = load(conn, w.get(1))
        return {c.id: {None: o} for c, o in zip(sheet.candidates, outcomes, strict=True)}

    def v() -> int:
        return w.get(1).version

    def enter() -> object:
        told = entries(Outcome.TITLE, Outcome.FAILED)
        return enter_results(w.as_("centre"), 1, v(), Typed(told, v()), seal(w.as_("centre"), w.get(1), told))

    person = Person("Nguyễn", "Thị Hương", date(1990, 2, 1))
    runs: list[int] = []
    steps: list[Callable[[], object]] = [
        lambda: seat(w.as_("centre"), 1, v(), one),
        lambda: seat(w.as_("centre"), 1, v(), two),
        lambda: edit_practical(
            w.as_("centre"),
            1,
            v(),
            Practical(D("2020-05-25"), D("2020-05-29"), "1 rue des Lilas, 94000 Créteil", "08:30", "Moi, 01 00 00 00 00"),
        ),
        lambda: candidates.add(w.as_("centre"), 1, v(), person),
        lambda: candidates.edit(w.as_("centre"), 1, v(), 3, Person("Nguyen", "Thị Hương", date(1990, 2, 1))),
        lambda: candidates.edit(w.as_("centre"), 1, v(), 3, Person("Nguyen", "Huong", date(1990, 2, 1))),
        lambda: candidates.remove(w.as_("centre"), 1, v(), 3),
        lambda: advance(w.as_("centre"), 1, v(), Action.REQUEST_DTE),
        lambda: postpone(w.as_("ud94"), 1, v(), starts_on=D("2020-05-26"), ends_on=D("2020-05-30"), reason="Salle"),
        lambda: seat(w.as_("centre"), 1, v(), three),
        lambda: unseat(w.as_("centre"), 1, v(), one),
        lambda: advance(w.as_("ud94"), 1, v(), Action.SEND_DTE),
        lambda: advance(w.as_("centre"), 1, v(), Action.CONVOKE),
        lambda: runs.append(w.measure()),
        lambda: revert(w.as_("national"), runs[0]),
        lambda: runs.append(w.measure()),
        lambda: None,
        lambda: None,
        lambda: None,
        lambda: None,
        lambda: None,
        lambda: None,
        lambda: set_actual_end(w.as_("centre"), 1, v(), D("2020-05-26")),
        lambda: save_draft(w.as_("centre"), 1, v(), Typed(entries(Outcome.TITLE, Outcome.ABSENT), v())),
        enter,
        lambda: correct_results(w.as_("ud94"), 1, v(), Typed(entries(Outcome.TITLE, Outcome.TITLE), v()), "Erreur"),
        lambda: advance(w.as_("ud94"), 1, v(), Action.LOCK, "Vu"),
    ]
    for step in steps:
        done = step()
        assert done is None or isinstance(done, Saved) or type(done).__name__ in ("int", "Reverted"), done
        kept[w.today] = as_dict(now(w, 1))
        w.today += timedelta(days=1)
    states = {json.dumps(k, default=str, sort_keys=True) for k in kept.values()}
    assert len(states) == 18  # each step shows; some lead back to what was
    for on, found in kept.items():
        assert as_dict(then(w, 1, on)) == found, on
    assert not then(w, 1, date(2020, 5, 3)).exists


def test_the_page_says_what_was_and_what_is(w: World) -> None:
    w.today = date(2020, 6, 10)
    w.session(1, "02/03/2020", "20/04/2020")
    w.today = date(2020, 6, 14)
    w.measure()
    w.today = date(2020, 6, 15)
    centre = w.browser("centre")
    page = centre.get("/sessions/1?au=13/06/2020").text
    assert "lundi 20 avril 2020" in page and "aujourd’hui : lundi 24 août 2020" in page and "Reportée automatiquement" not in page
    assert "Reportée automatiquement" in centre.get("/sessions/1?au=2020-06-14").text
    assert "n’existait pas encore" in centre.get("/sessions/1?au=09/06/2020").text
    bad = centre.get("/sessions/1?au=hier")
    assert bad.status_code == 422 and 'value="hier"' in bad.text
    assert w.browser("other").get("/sessions/1?au=13/06/2020").status_code == 404


def test_a_day_to_come_is_refused_with_a_sentence_and_kept_as_typed(w: World) -> None:
    w.session(1, "02/03/2020", "20/04/2020")
    centre = w.browser("centre")
    for typed in ("16/06/2020", "2021-01-01"):
        answer = centre.get(f"/sessions/1?au={typed}")
        assert (
            answer.status_code == 422 and "est à venir : choisissez un jour passé, ou le 15/06/2020 au plus tard" in answer.text
        )
        assert f'value="{typed}"' in answer.text and "telle qu’elle était le" not in answer.text
    assert centre.get("/sessions/1?au=15/06/2020").status_code == 200, "today is over at midnight, and may be asked for"


# ---- since when, and by whom


def told_since(page: str) -> str:
    """The lines of a page that say it, as one."""
    found = re.search(r'<p class="sub">((?:(?!<p)[^<])* le \d\d/\d\d/\d{4} par [^<]*)</p>', page)
    assert found
    return " ".join(found[1].split())


def test_after_an_unlocking_the_page_says_who_saved_the_results_and_who_unlocked(w: World) -> None:
    w.today = date(2020, 1, 6)
    w.session(1, "02/01/2020", "03/01/2020")
    with w.db.reading() as conn:
        sheet = load(conn, w.get(1))
    entries: dict[int, dict[int | None, Outcome]] = {c.id: {None: Outcome.TITLE} for c in sheet.candidates}
    work = w.as_("centre")
    saved = enter_results(work, 1, w.get(1).version, Typed(entries, w.get(1).version), seal(work, w.get(1), entries))
    assert isinstance(saved, Saved)
    w.today = date(2020, 1, 8)
    advance(w.as_("ud94"), 1, w.get(1).version, Action.LOCK, "Vu")
    w.today = date(2020, 6, 15)
    advance(w.as_("ud94"), 1, w.get(1).version, Action.UNLOCK, "Recours")
    page = w.browser("ud94").get("/sessions/1").text
    words = "le 06/01/2020 par centre (CENTRE A)", "le 15/06/2020 par ud94 (UD 94, Val-de-Marne)"
    assert told_since(page) == f"Résultats saisis {words[0]} · déverrouillée {words[1]}"
    assert f"Résultats enregistrés {words[0]} ; déverrouillée {words[1]}" in page
    assert re.search(r"<span>Résultats saisis</span>\s*<span class=\"sub\">06/01/2020</span>", page), (
        "where the life is drawn, too"
    )
    assert f"Résultats saisis {words[0]}" == told_since(w.browser("ud94").get("/sessions/1?au=07/01/2020").text)


def test_a_recalled_dte_says_who_asked_for_it_and_who_recalled_it(w: World) -> None:
    w.session(1, "06/07/2020", "07/07/2020", "en_preparation")
    w.seat(1)
    for who, action in (("centre", Action.REQUEST_DTE), ("ud94", Action.SEND_DTE), ("ud94", Action.RECALL_DTE)):
        assert isinstance(advance(w.as_(who), 1, w.get(1).version, action, "Report à venir"), Saved)
    page = w.browser("ud94").get("/sessions/1").text
    asked, recalled = "le 15/06/2020 par centre (CENTRE A)", "le 15/06/2020 par ud94 (UD 94, Val-de-Marne)"
    assert told_since(page) == f"Demande de DTE envoyée {asked} · DTE rappelé {recalled}"


def test_a_session_taken_over_says_so_and_explains_the_word_once(w: World) -> None:
    w.session(1, "06/07/2020", "07/07/2020", "demande_dte_envoyee")
    for path in ("/sessions/1", "/sessions/1?au=15/06/2020"):
        page = w.browser("centre").get(path).text
        assert told_since(page) == "Demande de DTE envoyée le 15/06/2020 par REPRISE"
        assert page.count("REPRISE : session reprise d’un fichier") == 1


def test_the_edge_of_a_day_is_midnight_in_paris(w: World) -> None:
    from portal.store.actors import Occasion
    from portal.store.work import Work

    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    unit = w.as_("ud94")
    late = datetime.combine(date(2020, 6, 15), time(23, 59), PARIS)
    work = Work(unit.db, Occasion(unit.actor, unit.on.source, late, late.date()), "UD")
    assert isinstance(postpone(work, 1, w.get(1).version, starts_on=D("2020-07-06"), ends_on=D("2020-07-07"), reason="x"), Saved)
    assert then(w, 1, date(2020, 6, 15)).starts_on == D("2020-07-06")
    assert then(w, 1, date(2020, 6, 14)).exists is False
