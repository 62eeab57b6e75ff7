"""The signed minutes: what the centre deposits, who reads it, and what its unit makes of it."""

import io
import shutil
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from portal.core.minutes import digest_of
from portal.core.outcomes import Invalid, Saved, Stale, Unchanged
from portal.core.sheet import Typed, load
from portal.features.minutes.actions import Done, deposit, refuse, verify
from portal.features.privacy.anonymous import erase_sessions
from portal.features.privacy.of_candidate import give
from portal.features.results.actions import enter_results
from portal.features.sessions.actions import advance
from portal.features.standing.checking import verify as verify_trail
from portal.files.pdf import why_not
from portal.rules.lifecycle import Action, Status
from portal.rules.lines import Refused
from portal.rules.minutes import Minutes
from portal.rules.outcomes import Outcome
from portal.rules.todo import next_step
from portal.store.database import Database
from portal.store.minutes import minutes_part
from tests.conftest import KEY, SMALL
from tests.support.lived import after
from tests.support.minutes import BAD, GOOD, OTHER, TAKEN, of_size
from tests.support.postgres import as_owner
from tests.support.settled import settled
from tests.support.world import Browser, World

PAGE = "/sessions/1/proces-verbal"
M = Minutes


def with_results(w: World, number: int = 1) -> None:
    """A session whose results its centre has saved today."""
    w.session(number, "08/06/2020", "12/06/2020")
    s = w.get(number)
    with w.db.reading() as conn:
        sheet = load(conn, s)
    entries: dict[int, dict[int | None, Outcome]] = {c.id: {None: Outcome.TITLE} for c in sheet.candidates}
    assert isinstance(enter_results(w.as_("centre"), number, s.version, Typed(entries, s.version)), Saved)


@pytest.fixture
def w(world: World, shared: Path) -> Iterator[World]:
    yield after(world, shared, with_results)
    with world.db.snapshot() as conn:
        assert verify_trail(conn, world.db.audit_key).broken is None
    world.close()


def send(b: Browser, data: bytes, version: int = 0, name: str = "pv.pdf") -> TestResponse:
    fields = {"csrf_token": b.token(), "version": version, "file": (io.BytesIO(data), name)}
    return b.client.post(PAGE, data=fields, content_type="multipart/form-data")


def stands(w: World) -> Minutes:
    return w.get(1).minutes


def test_from_the_deposit_to_the_check(w: World) -> None:
    centre, unit = w.browser("centre"), w.browser("ud94")
    page = centre.get(PAGE).text
    assert "Attendu jusqu’au 27/06/2020" in page and ">Déposer le procès-verbal<" in page
    assert "Aucun procès-verbal signé n’est déposé" in unit.get(PAGE).text
    assert send(centre, GOOD).status_code == 303 and stands(w) is M.DEPOSITED
    page = unit.get(PAGE).text
    assert "Déposé, à vérifier" in page and "NOM00 Prénom" in page and page.count("Titre obtenu") == 2
    assert unit.post(f"{PAGE}/verification", version=1).status_code == 303 and stands(w) is M.VERIFIED
    assert "PV vérifié le 15/06/2020" in centre.get(PAGE).text
    history = centre.get("/sessions/1/historique").text
    assert "Procès-verbal signé déposé." in history and "PV vérifié." in history
    assert send(centre, OTHER, 2).status_code == 403 and "il ne se remplace plus" in centre.get(PAGE).text


def test_what_is_refused_is_deposited_anew(w: World) -> None:
    centre, unit = w.browser("centre"), w.browser("ud94")
    send(centre, GOOD)
    missing = unit.post(f"{PAGE}/refus", version=1, reason=" ")
    assert missing.status_code == 422 and "Indiquez le motif du refus" in missing.text and stands(w) is M.DEPOSITED
    assert unit.post(f"{PAGE}/refus", version=1, reason="Une signature manque").status_code == 303
    assert stands(w) is M.REFUSED and "Une signature manque" in centre.get(PAGE).text
    assert "procès-verbal refusé" in centre.get("/avis").text
    same = send(centre, GOOD, 2)
    assert same.status_code == 422 and "déposez-en un autre" in same.text
    assert send(centre, OTHER, 2).status_code == 303 and stands(w) is M.DEPOSITED
    assert "Une signature manque" not in centre.get(PAGE).text
    assert unit.get(f"{PAGE}.pdf").data == OTHER


def test_a_check_may_be_taken_back_before_the_lock_and_a_refusal_too(w: World) -> None:
    unit = w.as_("ud94")
    deposit(w.as_("centre"), 1, 0, GOOD)
    assert isinstance(verify(unit, 1, 1), Saved) and isinstance(verify(unit, 1, 1), Unchanged)
    assert isinstance(refuse(unit, 1, 2, "Illisible"), Saved) and isinstance(refuse(unit, 1, 2, "Illisible"), Unchanged)
    assert isinstance(refuse(unit, 1, 3, "Illisible, page 2"), Saved)
    assert isinstance(verify(unit, 1, 4), Saved) and stands(w) is M.VERIFIED


def test_it_is_given_whole_to_those_in_scope_alone(w: World) -> None:
    large = of_size(600_000)  # in three parts
    assert send(w.browser("centre"), large).status_code == 303
    for who in ("centre", "ud94", "region", "national"):
        answer = w.browser(who).get(f"{PAGE}.pdf")
        assert answer.status_code == 200 and answer.data == large
    given = answer.headers
    assert given["Content-Type"] == "application/pdf" and given["X-Content-Type-Options"] == "nosniff"
    assert given["Content-Disposition"] == "inline; filename=proces-verbal-1.pdf" and given["Cache-Control"] == "no-store"
    assert "default-src 'none'" in given["Content-Security-Policy"]
    for who in ("other", "ud75"):
        b = w.browser(who)
        assert b.get(f"{PAGE}.pdf").status_code == b.get(PAGE).status_code == send(b, GOOD).status_code == 404
    assert w.browser().get(f"{PAGE}.pdf").status_code == 302
    assert [w.browser(who).post(f"{PAGE}/verification", version=1).status_code for who in ("region", "centre")] == [403, 403]


def test_nobody_decides_on_another_paper_than_the_one_that_was_read(w: World) -> None:
    centre, unit = w.browser("centre"), w.browser("ud94")
    send(centre, GOOD)
    assert send(centre, GOOD, 0).status_code == 303, "the same click twice"
    stale = send(centre, OTHER, 0)
    assert stale.status_code == 409 and "a changé entre-temps" in stale.text
    send(centre, OTHER, 1)
    for path in ("verification", "refus"):
        assert unit.post(f"{PAGE}/{path}", version=1, reason="x").status_code == 409
    assert stands(w) is M.DEPOSITED
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action LIKE 'minutes%'") == 2


def test_of_two_deposits_at_once_one_is_kept_and_the_other_is_told(w: World) -> None:
    centre, done = w.as_("centre"), list[Done]()
    start = threading.Barrier(2)

    def act(pdf: bytes) -> None:
        start.wait()
        done.append(deposit(centre, 1, 0, pdf))

    threads = [threading.Thread(target=act, args=(pdf,)) for pdf in (GOOD, OTHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {type(one) for one in done} == {Saved, Stale}
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'minutes_deposited'") == 1


def test_nothing_is_deposited_before_the_results_and_nothing_changes_once_locked(w: World) -> None:
    w.session(2, "08/06/2020", "12/06/2020")
    assert isinstance(deposit(w.as_("centre"), 2, 0, GOOD), Refused)
    assert "se dépose ici, une fois les résultats enregistrés" in w.browser("centre").get("/sessions/2/proces-verbal").text
    assert w.browser("centre").get("/sessions/2/proces-verbal.pdf").status_code == 404
    deposit(w.as_("centre"), 1, 0, GOOD)
    verify(w.as_("ud94"), 1, 1)
    assert isinstance(advance(w.as_("ud94"), 1, w.get(1).version, Action.LOCK), Saved)
    assert isinstance(deposit(w.as_("centre"), 1, 2, OTHER), Refused)
    assert isinstance(refuse(w.as_("ud94"), 1, 2, "x"), Refused) and stands(w) is M.VERIFIED
    assert w.browser("ud94").get(f"{PAGE}.pdf").data == GOOD


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_is_said_of_a_candidate_tells_that_minutes_are_there(w: World) -> None:
    deposit(w.as_("centre"), 1, 0, GOOD)
    told = give(w.as_("centre"), 1, 1)["inscriptions"][0]
    assert told["procès-verbal signé, déposé le"].startswith("2020-06-15")


def test_the_paper_goes_with_the_people_of_the_session(w: World) -> None:
    deposit(w.as_("centre"), 1, 0, GOOD)
    refuse(w.as_("ud94"), 1, 1, "Monsieur Untel n’a pas signé")
    with as_owner(w.db) as own, own.writing() as tx:
        work = w.operator()
        erase_sessions(tx, type(work)(own, work.on, work.unit_label), [1])
    assert w.scalar("SELECT count(*) FROM minutes_part") == 0
    assert w.browser("ud94").get(f"{PAGE}.pdf").status_code == 404
    page = w.browser("ud94").get(PAGE).text
    assert "Untel" not in page and "Lire le procès-verbal" not in page


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_paper_that_was_changed_by_hand_is_named(world: World) -> None:
    with_results(world)
    deposit(world.as_("centre"), 1, 0, GOOD)
    with world.db.reading() as conn:
        assert digest_of(conn, 1)
    with world.db.writing() as tx:
        tx.execute(update(minutes_part).values(data=OTHER))
    with world.db.snapshot() as conn:
        assert "le procès-verbal signé n’est pas" in str(verify_trail(conn, world.db.audit_key).broken)


# ---- the lock, and the lists


@pytest.mark.parametrize("state", [M.AWAITED, M.DEPOSITED, M.REFUSED])
def test_a_lock_without_good_minutes_is_asked_why(w: World, state: Minutes) -> None:
    unit = w.browser("ud94")
    if state is not M.AWAITED:
        deposit(w.as_("centre"), 1, 0, GOOD)
    if state is M.REFUSED:
        refuse(w.as_("ud94"), 1, 1, "Illisible")
    step = unit.get("/sessions/1").text.partition('id="etape"')[2].partition("</section>")[0]
    assert ('name="reason"' in step and ">Verrouiller la session</button>" in step) is (state is not M.DEPOSITED)
    assert state is not M.DEPOSITED or 'href="/sessions/1/verrouillage"' in step, "what is there is checked first"
    missing = unit.post("/sessions/1/verrouillage", version=w.get(1).version)
    assert missing.status_code == 422 and 'name="reason"' in missing.text and ">Verrouiller la session</button>" in missing.text
    assert "indiquez pourquoi la session se verrouille sans lui" in missing.text and w.get(1).status is Status.RESULTS
    assert unit.post("/sessions/1/verrouillage", version=w.get(1).version, reason="Jury dissous").status_code == 303
    assert w.get(1).status is Status.LOCKED
    assert "Jury dissous" in w.browser("centre").get("/sessions/1/historique").text


def test_good_minutes_lock_at_once_and_so_does_a_session_that_was_taken_over_with_its_results(w: World) -> None:
    deposit(w.as_("centre"), 1, 0, GOOD)
    verify(w.as_("ud94"), 1, 1)
    w.session(2, "08/06/2020", "12/06/2020", "resultats_saisis")
    unit = w.browser("ud94")
    for number in (1, 2):
        step = unit.get(f"/sessions/{number}").text.partition('id="etape"')[2].partition("</section>")[0]
        assert 'name="reason"' not in step and ">Verrouiller la session</button>" in step
        assert unit.post(f"/sessions/{number}/verrouillage", version=w.get(number).version).status_code == 303
    assert "gardé là où elle s’est tenue" in " ".join(unit.get("/sessions/2/proces-verbal").text.split())


def test_what_was_good_when_the_page_was_made_and_is_refused_since_does_not_lock(w: World) -> None:
    unit = w.as_("ud94")
    deposit(w.as_("centre"), 1, 0, GOOD)
    verify(unit, 1, 1)
    version = w.get(1).version
    refuse(unit, 1, 2, "Illisible")
    assert isinstance(advance(unit, 1, version, Action.LOCK), Invalid)


STEPS = {
    "centre": {M.AWAITED: "deposit_minutes", M.DEPOSITED: "wait_unit", M.REFUSED: "deposit_minutes", M.VERIFIED: "wait_unit"},
    "ud94": {M.AWAITED: "wait_minutes", M.DEPOSITED: "check_minutes", M.REFUSED: "wait_minutes", M.VERIFIED: "lock"},
}


def test_the_lists_say_of_each_state_what_the_page_says(w: World) -> None:
    centre, unit = w.as_("centre"), w.as_("ud94")
    acts = (lambda: None, lambda: deposit(centre, 1, 0, GOOD), lambda: refuse(unit, 1, 1, "x"), lambda: verify(unit, 1, 2))
    for act in acts:
        act()
        state = stands(w)
        for who, steps in STEPS.items():
            page = w.browser(who).get(f"/sessions?vue=etape-{steps[state]}").text
            assert 'href="/sessions/1"' in page, (who, state)
            due = state in (M.AWAITED, M.REFUSED)
            assert ('href="/sessions/1"' in w.browser(who).get("/sessions?vue=pv-attendus").text) is due
            found = next_step(w.as_(who).actor.role, w.get(1).facts, w.today)
            assert found and found.key == steps[state]


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("day", "late"), [(27, False), (28, True)])
def test_the_day_and_the_list_say_since_when_minutes_are_late(w: World, day: int, late: bool) -> None:
    w.today = date(2020, 6, day)
    w.close()
    w._app = None
    centre, unit = w.browser("centre"), w.browser("ud94")
    assert ("En retard depuis le 28/06/2020" in centre.get("/").text) is late
    assert "PV attendu<" in centre.get("/").text and "PV attendu<" in unit.get("/").text
    assert ("PV en retard depuis le 28/06/2020" in unit.get("/sessions?vue=pv-attendus").text) is late
    for page in (centre.get("/sessions/1").text, unit.get(PAGE).text):
        assert ("En retard : il était attendu jusqu’au 27/06/2020" in page) is late


# ---- what it is, its bytes say


@pytest.fixture(scope="module")
def one(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Browser]]:
    """A world for all of these: nothing is ever written in it."""
    path = tmp_path_factory.mktemp("minutes") / "portal.sqlite"
    shutil.copy(sqlite_template / SMALL, path)
    db = Database(f"sqlite:///{path}", KEY)
    w = settled(db, sqlite_template)
    with_results(w)
    yield w, w.browser("centre")
    w.close()
    db.dispose()


@pytest.mark.parametrize(("data", "sentence"), BAD.values(), ids=BAD.keys())
def test_whatever_is_no_pdf_to_be_read_by_all_is_told_and_nothing_is_written(
    one: tuple[World, Browser], data: bytes, sentence: str
) -> None:
    w, b = one
    before = w.scalar("SELECT count(*) FROM audit_event")
    answer = send(b, data, name="../../etc/<b>pv</b>\0.pdf")
    assert answer.status_code == 422 and sentence in answer.text and "<b>pv" not in answer.text
    assert stands(w) is M.AWAITED and w.scalar("SELECT count(*) FROM audit_event") == before


def test_there_are_fifty_such_files_and_more() -> None:
    assert len(BAD) >= 50 and len({data for data, _ in BAD.values()}) == len(BAD)


@pytest.mark.parametrize("data", TAKEN.values(), ids=TAKEN.keys())
def test_what_people_scan_and_print_is_taken(data: bytes) -> None:
    assert why_not(data) == ""


def test_without_a_file_the_form_asks_for_one(one: tuple[World, Browser]) -> None:
    answer = one[1].post(PAGE, version=0)
    assert answer.status_code == 422 and "Choisissez le PDF" in answer.text
