"""The titre by accumulation, across sessions and centres, and what a correction changes of it, through HTTP."""

from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from portal.features.candidates.importing import import_candidates
from portal.features.standing.checking import verify
from portal.rules.lifecycle import Status
from tests.support.world import World, hidden

PERSON = "Abeille;Maïwenn;17/05/1991;"


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.session(1, "04/11/2019", "08/11/2019", centre=1, candidates=0)
    world.session(2, "01/06/2020", "05/06/2020", kind="ccp", candidates=0)
    rows = f"1;{PERSON}\n2;ABEILLE;maiwenn;17/05/1991;\n2;Autre;Personne;01/01/1990;\n"
    import_candidates(world.operator(), f"session;last_name;first_name;born_on;email\n{rows}".encode())
    yield world
    with world.db.snapshot() as conn:
        assert verify(conn, world.db.audit_key).broken is None
    world.close()


def enter(w: World, number: int, who: str, **fields: object) -> None:
    version = w.get(number).version
    done = w.browser(who).post(f"/sessions/{number}/resultats", action="validate", version=version, **fields)
    assert done.status_code == 303


def partial_then_ccp(w: World) -> None:
    enter(w, 1, "other", **{"resultat-1": "partiel", "ccp-1": 1})
    enter(w, 2, "centre", **{"resultat-2-2": "acquis", "resultat-3-1": "non_acquis"})


def test_a_candidates_page_shows_what_is_held_and_what_is_missing(w: World) -> None:
    b = w.browser("centre")
    assert "Aucun CCP de ce titre n’est encore détenu." in b.get("/sessions/2/candidats/2").text
    enter(w, 1, "other", **{"resultat-1": "partiel", "ccp-1": 1})
    page = b.get("/sessions/2/candidats/2").text
    assert "1 CCP détenu sur 2" in page and "Jusqu’au 08/11/2020" in page, "one year after the partial success"
    assert "un autre centre" in page and "CENTRE B" not in page and "/sessions/1" not in page, "where is not this reader's"
    assert "CENTRE B" in w.browser("region").get("/sessions/2/candidats/2").text


def test_a_draft_counts_for_nothing(w: World) -> None:
    w.browser("other").post("/sessions/1/resultats", action="draft", version=2, **{"resultat-1": "titre"})
    assert "Aucun CCP" in w.browser("centre").get("/sessions/2/candidats/2").text


def test_the_last_missing_ccp_gives_the_titre_and_its_attestation(w: World) -> None:
    partial_then_ccp(w)
    page = w.browser("centre").get("/sessions/2/candidats/2").text
    assert "Titre obtenu par cumul de ses CCP" in page
    assert "Aucun CCP" in w.browser("centre").get("/sessions/2/candidats/3").text
    unit = w.browser("ud94")
    unit.post("/sessions/2/verrouillage", version=w.get(2).version, reason="Vu")
    assert w.browser("centre").get("/sessions/2/candidats/2/attestation.pdf").status_code == 200
    assert w.browser("centre").get("/sessions/2/candidats/3/attestation.pdf").status_code == 409


def correct(w: World, number: int, who: str, **fields: object) -> TestResponse:
    version = w.get(number).version
    return w.browser(who).post(f"/sessions/{number}/resultats/correction", version=version, reason="Erreur", **fields)


def test_a_correction_says_whom_it_affects_before_it_is_saved(w: World) -> None:
    partial_then_ccp(w)
    fields = {"resultat-1": "echec"}
    told = correct(w, 1, "ud75", **fields)
    assert told.status_code == 200 and "ABEILLE Maïwenn n’aura plus le titre : « Former » lui manquera de nouveau." in told.text
    assert "Rien n’est encore enregistré" in told.text and 'value="echec" checked' in told.text and "Erreur" in told.text
    assert w.scalar("select count(*) from audit_event where action = 'results_corrected'") == 0
    seal = hidden(told.text, "confirmation")
    other = correct(w, 1, "ud75", **{"resultat-1": "absent"}, confirmation=seal)
    assert other.status_code == 200, "the answer to another question"
    assert correct(w, 1, "ud75", **fields, confirmation=seal).status_code == 303
    assert "Titre obtenu" not in w.browser("centre").get("/sessions/2/candidats/2").text
    history = w.browser("ud75").get("/sessions/1/historique").text
    assert "n’aura plus le titre" in history and "Erreur" in history


def test_a_correction_that_gives_the_titre_says_so(w: World) -> None:
    enter(w, 1, "other", **{"resultat-1": "partiel", "ccp-1": 1})
    enter(w, 2, "centre", **{"resultat-2-2": "non_acquis", "resultat-3-1": "non_acquis"})
    told = correct(w, 2, "ud94", **{"resultat-2-2": "acquis", "resultat-3-1": "non_acquis"})
    assert "obtiendra le titre par cumul" in told.text


def test_a_correction_without_consequences_is_saved_at_once(w: World) -> None:
    enter(w, 1, "other", **{"resultat-1": "echec"})
    assert correct(w, 1, "ud75", **{"resultat-1": "absent"}).status_code == 303
    assert w.get(1).status is Status.RESULTS


def held(w: World, session: int) -> list[tuple[int, int | None, str]]:
    """What the database keeps: candidate, certificate, outcome."""
    sql = f"select candidate_id, certificate_id, outcome from result where session_id = {session} order by 1, 2"
    with w.db.reading() as conn:
        return [tuple(row) for row in conn.exec_driver_sql(sql)]


def test_a_ccp_that_is_corrected_becomes_what_was_typed_and_no_other_result_does(w: World) -> None:
    first = {"resultat-2-1": "absent", "resultat-2-2": "acquis", "resultat-3-1": "non_acquis", "resultat-3-2": "absent"}
    enter(w, 2, "centre", **first)
    assert held(w, 2) == [(2, 1, "absent"), (2, 2, "acquis"), (3, 1, "non_acquis"), (3, 2, "absent")]
    second = {**first, "resultat-3-1": "acquis"}
    told = correct(w, 2, "ud94", **second)
    assert told.status_code == 200 and "AUTRE Personne détiendra « Former »." in told.text
    assert correct(w, 2, "ud94", **second, confirmation=hidden(told.text, "confirmation")).status_code == 303
    assert held(w, 2) == [(2, 1, "absent"), (2, 2, "acquis"), (3, 1, "acquis"), (3, 2, "absent")]
    third = {"resultat-2-1": "absent", "resultat-2-2": "acquis", "resultat-3-2": "acquis"}
    told = correct(w, 2, "ud94", **third)
    assert "AUTRE Personne ne détiendra plus « Former »." in told.text
    assert correct(w, 2, "ud94", **third, confirmation=hidden(told.text, "confirmation")).status_code == 303
    assert held(w, 2) == [(2, 1, "absent"), (2, 2, "acquis"), (3, 2, "acquis")]


def test_both_ccp_lost_are_told_together(w: World) -> None:
    enter(w, 2, "centre", **{"resultat-2-2": "acquis", "resultat-3-1": "acquis", "resultat-3-2": "acquis"})
    told = correct(w, 2, "ud94", **{"resultat-2-2": "acquis", "resultat-3-1": "absent", "resultat-3-2": "absent"}).text
    assert "AUTRE Personne n’aura plus le titre : « Former » et « Sensibiliser » lui manqueront de nouveau." in told


def test_a_titre_that_stays_by_another_session_is_told(w: World) -> None:
    enter(w, 1, "other", **{"resultat-1": "titre"})
    enter(w, 2, "centre", **{"resultat-2-1": "acquis", "resultat-2-2": "acquis", "resultat-3-1": "absent"})
    told = correct(w, 1, "ud75", **{"resultat-1": "echec"}).text
    assert "ABEILLE Maïwenn gardera le titre, par la session 2." in told


def test_a_correction_of_what_is_held_anyhow_asks_nothing(w: World) -> None:
    enter(w, 1, "other", **{"resultat-1": "titre"})
    enter(w, 2, "centre", **{"resultat-2-1": "acquis", "resultat-2-2": "acquis", "resultat-3-1": "absent"})
    saved = correct(w, 2, "ud94", **{"resultat-2-1": "absent", "resultat-2-2": "acquis", "resultat-3-1": "absent"})
    assert saved.status_code == 303, "the titre is held by the session before"
