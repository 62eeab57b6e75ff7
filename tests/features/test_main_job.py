"""The main job through HTTP, as a browser without JavaScript walks it, on both databases."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.clock import Clock
from portal.features.standing.checking import verify
from portal.rules.lifecycle import Status
from portal.settings import Settings
from tests.support.visible import visible
from tests.support.world import Browser, World, hidden


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.session(1, "02/03/2020", "20/04/2020")
    world.measure()
    yield world
    with world.db.snapshot() as conn:
        assert verify(conn, world.db.audit_key).broken is None
    world.close()


def real_date(b: Browser, value: str = "2020-06-12", number: int = 1, version: int | None = None) -> TestResponse:
    seen = version or int(hidden(b.get(f"/sessions/{number}/date-reelle").text, "version"))
    return b.post(f"/sessions/{number}/date-reelle", version=seen, actual_end_on=value)


def sheet(w: World, number: int = 1, outcome: str = "titre") -> dict[str, str]:
    with w.db.reading() as conn:
        ids = conn.exec_driver_sql(f"select id from candidate where session_id = {number} order by id").scalars().all()
    return {f"resultat-{i}": outcome for i in ids}


def test_the_whole_main_job(w: World) -> None:
    centre, unit = w.browser("centre"), w.browser("ud94")
    page = centre.get("/sessions/1").text
    assert "Saisissez la date réelle de fin de session" in page
    assert "Le 15/06/2020, la mesure « confinement 2020 », cas 2a, a reporté la date de fin du 20/04/2020 au 24/08/2020." in page
    assert real_date(centre).status_code == 303
    entry = centre.get("/sessions/1/resultats").text
    fields = {"version": hidden(entry, "version"), **sheet(w)}
    question = centre.post("/sessions/1/resultats", action="validate", **fields)
    assert question.status_code == 200
    assert "Êtes-vous sûr d’avoir saisi la date RÉELLE de fin de session ?" in question.text
    assert "Date réelle de fin enregistrée : vendredi 12 juin 2020" in visible(question.text).main, "not « enregistrée vendredi »"
    assert "2 titres" in question.text
    assert w.scalar("select count(*) from result") == 0, "nothing is saved before the answer"
    seal = hidden(question.text, "confirmation")
    back = centre.post("/sessions/1/resultats", answer="non", confirmation=seal, **fields)
    assert back.text.count(" checked") == 2 and w.scalar("select count(*) from result") == 0
    yes = centre.post("/sessions/1/resultats", answer="oui", confirmation=seal, **fields)
    assert yes.status_code == 303 and w.get(1).status is Status.RESULTS
    assert real_date(centre, "2020-06-11", version=w.get(1).version).status_code == 403
    again = centre.post("/sessions/1/resultats", action="draft", **{**fields, "version": w.get(1).version})
    assert again.status_code == 403 and "seule l’UD 94" in again.text

    fields = {**sheet(w), "version": hidden(unit.get("/sessions/1/resultats/correction").text, "version")}
    fields[next(k for k in fields if k.startswith("resultat"))] = "echec"
    assert unit.post("/sessions/1/resultats/correction", **fields).status_code == 422, "a correction needs a reason"
    assert unit.post("/sessions/1/resultats/correction", **fields, reason="Erreur").status_code == 303
    assert w.scalar("select count(*) from result where outcome = 'echec'") == 1
    assert unit.post("/sessions/1/verrouillage", version=w.get(1).version, reason="Vu").status_code == 303
    assert w.get(1).status is Status.LOCKED
    assert unit.post("/sessions/1/resultats/correction", **{**fields, "version": w.get(1).version}, reason="x").status_code == 403
    assert unit.post("/sessions/1/deverrouillage", version=w.get(1).version, reason="").status_code == 422
    assert unit.post("/sessions/1/deverrouillage", version=w.get(1).version, reason="Recours").status_code == 303
    assert w.get(1).status is Status.RESULTS


def test_an_empty_draft_is_not_said_to_be_saved(w: World) -> None:
    centre = w.browser("centre")
    real_date(centre)
    centre.post("/sessions/1/resultats", action="draft", version=w.get(1).version)
    page = centre.get("/sessions/1/resultats").text
    assert "aucun résultat n’est encore choisi" in page and "déjà enregistré" not in page


def test_without_the_real_end_date_nothing_is_saved(w: World) -> None:
    centre = w.browser("centre")
    for action in ("draft", "validate"):
        answer = centre.post("/sessions/1/resultats", action=action, answer="oui", version=w.get(1).version, **sheet(w))
        assert answer.status_code == 403 and "date réelle de fin de session" in answer.text
    assert w.scalar("select count(*) from result") == 0


def test_the_confirmation_cannot_be_got_round(w: World) -> None:
    w.session(2, "02/03/2020", "20/04/2020")
    w.measure()
    centre = w.browser("centre")
    real_date(centre)
    real_date(centre, number=2)
    fields = {"version": w.get(1).version, **sheet(w)}
    by_hand = centre.post("/sessions/1/resultats", answer="oui", confirmation="", **fields)
    assert by_hand.status_code == 200 and "Êtes-vous sûr" in by_hand.text
    seal = hidden(by_hand.text, "confirmation")
    other = {"version": w.get(2).version, **sheet(w, 2)}
    assert centre.post("/sessions/2/resultats", answer="oui", confirmation=seal, **other).status_code == 200
    changed = {**fields, **sheet(w, 1, "echec")}
    assert centre.post("/sessions/1/resultats", answer="oui", confirmation=seal, **changed).status_code == 200
    real_date(centre, "2020-06-10")
    stale = centre.post("/sessions/1/resultats", answer="oui", confirmation=seal, **fields)
    assert stale.status_code == 409 and "mercredi 10 juin 2020" in stale.text
    assert w.scalar("select count(*) from result") == 0
    fresh = {**fields, "version": hidden(stale.text, "version")}
    done = centre.post("/sessions/1/resultats", answer="oui", confirmation=hidden(stale.text, "confirmation"), **fresh)
    assert done.status_code == 303


def test_eight_clicks_at_once_are_one_save(w: World) -> None:
    centre = w.browser("centre")
    real_date(centre)
    fields = {"version": w.get(1).version, **sheet(w)}
    question = centre.post("/sessions/1/resultats", action="validate", **fields)
    data = {"csrf_token": centre.token(), "answer": "oui", "confirmation": hidden(question.text, "confirmation"), **fields}
    cookie = centre.client.get_cookie("portail")
    assert cookie

    def click(_: int) -> int:
        client = w.app().test_client()
        client.set_cookie("portail", cookie.value)
        return client.post("/sessions/1/resultats", data=data).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(click, range(8))) == {303}
    assert w.scalar("select count(*) from audit_event where action = 'results_saved'") == 1


def test_other_results_sent_after_the_first_are_never_told_as_saved(w: World) -> None:
    w.session(3, "01/06/2020", "15/06/2020")
    centre, unit, first, other = w.browser("centre"), w.browser("ud94"), sheet(w, 3), sheet(w, 3, "echec")

    def send(action: str, version: int, fields: dict[str, str]) -> TestResponse:
        return centre.post("/sessions/3/resultats", action=action, version=version, **fields)

    def correct(version: int, fields: dict[str, str]) -> TestResponse:
        return unit.post("/sessions/3/resultats/correction", reason="Erreur", version=version, **fields)

    seen = w.get(3).version
    assert send("draft", seen, first).status_code == send("draft", seen, first).status_code == 303
    assert send("draft", seen, other).status_code == 409
    assert send("validate", seen, first).status_code == 409, "a draft is not what was asked for"
    seen = w.get(3).version
    assert send("validate", seen, first).status_code == send("validate", seen, first).status_code == 303
    assert send("validate", seen, other).status_code == 403
    seen = w.get(3).version
    changed = {**first, min(first): "absent"}
    assert correct(seen, changed).status_code == correct(seen, changed).status_code == 303
    assert correct(seen, other).status_code == 409
    assert w.scalar("select count(*) from result where outcome = 'echec'") == 0


def test_an_ordinary_session_has_no_confirmation(w: World) -> None:
    w.session(3, "01/06/2020", "15/06/2020")
    centre = w.browser("centre")
    assert centre.post("/sessions/3/resultats", action="validate", version=w.get(3).version, **sheet(w, 3)).status_code == 303
    assert w.get(3).status is Status.RESULTS


def test_a_real_end_date_is_not_before_the_start_and_what_was_typed_stays(w: World) -> None:
    centre = w.browser("centre")
    for typed in ("2020-03-01", "31/02/2020", "0020-06-12", ""):
        answer = real_date(centre, typed)
        assert answer.status_code == 422 and f'value="{typed}"' in answer.text and "autofocus" in answer.text
    assert real_date(centre, "02/03/2020").status_code == 303


def test_the_second_of_two_people_is_told_and_keeps_what_was_typed(w: World) -> None:
    first, second = w.browser("centre"), w.browser("centre")
    seen = w.get(1).version
    assert real_date(first, "2020-06-10", version=seen).status_code == 303
    told = real_date(second, "2020-06-11", version=seen)
    assert told.status_code == 409 and "10/06/2020" in told.text and 'value="2020-06-11"' in told.text


def test_the_unit_postpones_and_a_started_session_is_refused(w: World) -> None:
    w.session(4, "16/06/2020", "18/06/2020")
    w.session(5, "15/06/2020", "18/06/2020")
    unit = w.browser("ud94")
    fields = {"starts_on": "2020-07-06", "ends_on": "2020-07-08", "reason": "Moniteur absent"}
    assert unit.post("/sessions/4/report", version=w.get(4).version, **fields).status_code == 303
    refused = unit.post("/sessions/5/report", version=w.get(5).version, **fields)
    assert refused.status_code == 403 and "La session commence aujourd’hui" in refused.text
    assert w.browser("centre").post("/sessions/4/report", version=w.get(4).version, **fields).status_code == 403


def test_what_is_not_yours_is_not_there(w: World) -> None:
    for who in ("other", "ud75"):
        b = w.browser(who)
        for path in ("", "/resultats", "/date-reelle", "/historique", "/candidats", "/report", "/resultats/correction"):
            mine, missing = b.get(f"/sessions/1{path}"), b.get(f"/sessions/999{path}")
            assert mine.status_code == missing.status_code == 404
            assert re.sub(r'value="[^"]+"', "", mine.text) == re.sub(r'value="[^"]+"', "", missing.text)
    assert "Aucune session" in w.browser("other").get("/sessions").text
    assert w.browser("region").get("/sessions/1").status_code == 200
    assert w.browser("centre").get("/mesures").status_code == 404


def test_a_signed_out_visitor_is_led_to_sign_in_and_back_with_what_was_typed(w: World) -> None:
    visitor = w.browser()
    assert visitor.get("/sessions/1").headers["Location"] == "/connexion?suite=/sessions/1"
    w.as_("centre")
    answer = visitor.client.post("/sessions/1/date-reelle", data={"actual_end_on": "2020-06-12", "version": "2"})
    assert answer.status_code == 401 and hidden(answer.text, "kept-actual_end_on") == "2020-06-12"
    kept = {"kept-actual_end_on": "2020-06-12", "suite": "/sessions/1/date-reelle"}
    resume = visitor.post("/connexion", email="centre@test.example", password="a fine long password", **kept)
    assert "Reprendre ma saisie" in resume.text
    shown = visitor.post("/sessions/1/date-reelle", _reprise="1", actual_end_on="2020-06-12")
    assert shown.status_code == 200 and 'value="2020-06-12"' in shown.text and w.get(1).actual_end_on is None


def test_a_measure_is_applied_behind_the_typed_number_and_taken_back(w: World) -> None:
    w.session(6, "06/04/2020", "10/04/2020")
    w.session(7, "06/04/2020", "10/04/2020", "en_preparation")
    national = w.browser("national")
    assert national.post("/mesures/confinement-2020", number="1").status_code == 409
    assert national.post("/mesures/confinement-2020", number="deux").status_code == 422
    assert not w.get(6).postponed
    applied = national.post("/mesures/confinement-2020", number="2")
    assert applied.status_code == 303 and w.get(6).postponed
    real_date(w.browser("centre"), "2020-06-12", number=7)
    back = national.post(applied.headers["Location"] + "/reprise", number="1")
    assert back.status_code == 303
    assert not w.get(6).postponed and w.get(7).postponed, "what a person changed since is left alone"
    told = national.get(back.headers["Location"]).text
    assert "/sessions/7" in told and "annulée : 1 session rétablie, 1 session laissée telle quelle." in told


def test_nonsense_in_the_address_is_never_a_fault(w: World) -> None:
    centre = w.browser("centre")
    for path in ("/sessions/abc", "/sessions/0", "/sessions/-1", "/sessions/99999999999999999999", "/sessions/%00"):
        assert centre.get(path).status_code == 404
    for query in (
        "q=%00",
        "q=%25_'%22",
        "statut=x",
        "du=2020-02-31",
        "apres=x~y",
        "apres=~99999999999",
        "vue=x",
        "q=" + "9" * 300,
    ):
        assert centre.get(f"/sessions?{query}").status_code in (200, 422)


def test_a_database_that_is_away_is_a_page_in_french(w: World) -> None:
    app = create_app(Settings("demo", "postgresql://nobody@127.0.0.1:1/none", "a secret for tests", w.today), Clock(w.today))
    browser = Browser(app.test_client())
    with app.test_client() as client:
        token = hidden(client.get("/connexion").text, "csrf_token")
        answer = client.post("/connexion", data={"csrf_token": token, "email": "a@test.example", "password": "x"})
    assert answer.status_code == 503 and "Rien n’a été enregistré" in answer.text and answer.headers["Retry-After"]
    assert browser.get("/healthz").status_code == 200
