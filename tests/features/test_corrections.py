"""A centre asks for a correction of saved results; the unit's « Accepter » opens it, and saving it accepts the request."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from portal.core.outcomes import Changed, Invalid, Saved
from portal.core.sheet import Typed, load
from portal.features.corrections.actions import ask_correction
from portal.features.past.history import history
from portal.features.requests.actions import Answered, Made, accept_several, refuse, withdraw
from portal.features.results.actions import Incomplete, correct_results, enter_results
from portal.features.sessions.actions import advance
from portal.rules.lifecycle import Action
from portal.rules.outcomes import Entry, Outcome
from portal.rules.rights import Refused
from tests.support.lived import after
from tests.support.world import World, hidden

FAILED: Entry = {None: Outcome.FAILED}
TITLE: Entry = {None: Outcome.TITLE}
ABSENT: Entry = {None: Outcome.ABSENT}


def failed(world: World) -> None:
    """Session 1 has its results: everybody failed."""
    world.session(1, "01/06/2020", "05/06/2020", candidates=3)
    centre, s = world.as_("centre"), world.get(1)
    with world.db.reading() as conn:
        people = [c.id for c in load(conn, s).candidates]
    assert isinstance(enter_results(centre, 1, s.version, Typed({p: FAILED for p in people}, s.version)), Saved)


@pytest.fixture
def w(world: World, shared: Path) -> Iterator[World]:
    yield after(world, shared, failed)
    world.close()


def stored(w: World) -> dict[int, Entry]:
    with w.db.reading() as conn:
        return dict(load(conn, w.get(1)).stored)


def first(w: World) -> int:
    return min(stored(w))


def ask(w: World, entry: Entry | None = None, key: str = "c") -> object:
    wanted = TITLE if entry is None else entry
    return ask_correction(
        w.as_("centre"), 1, w.get(1).version, candidate_id=first(w), entry=wanted, reason="Erreur de saisie", key=key
    )


def made(w: World, entry: Entry | None = None) -> int:
    found = ask(w, entry)
    assert isinstance(found, Made), found
    return found.request_id


def correct(w: World, number: int | None, entries: dict[int, Entry], who: str = "ud94") -> object:
    version = w.get(1).version
    return correct_results(w.as_(who), 1, version, Typed({**stored(w), **entries}, version), "Erreur", request_id=number)


def race(*acts: Callable[[], object]) -> list[object]:
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        barrier.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


# ---- asking


def test_a_centre_asks_from_its_session_and_both_read_it(w: World) -> None:
    centre, unit = w.browser("centre"), w.browser("ud94")
    assert "Demander une correction" in centre.get("/sessions/1").text
    page = centre.get("/sessions/1/demande-correction").text
    typed = {"version": hidden(page, "version"), "key": hidden(page, "key"), "candidate": first(w), "reason": "Erreur de saisie"}
    empty = centre.post("/sessions/1/demande-correction", **{**typed, "candidate": "", "reason": ""}).text
    assert [f'href="#{field}"' in empty for field in ("candidate", "reason", "outcome")] == [True] * 3  # all of it, at once
    none = centre.post("/sessions/1/demande-correction", **typed)
    assert none.status_code == 422 and 'href="#outcome"' in none.text and ">Erreur de saisie</textarea>" in none.text
    certificates = re.findall(r'name="ccp" value="(\d+)"', page)
    other = centre.post("/sessions/1/demande-correction", **typed, resultat="partiel", ccp=[certificates[0], "9999"])
    assert other.status_code == 422 and "Choisissez les CCP dans la liste" in other.text
    asked = {**typed, "resultat": "partiel", "ccp": certificates[0]}
    sent = centre.post("/sessions/1/demande-correction", **asked)
    assert sent.status_code == 303
    assert centre.post("/sessions/1/demande-correction", **asked).headers["Location"] == sent.headers["Location"]
    assert w.scalar("SELECT count(*) FROM request") == 1
    told = unit.get(sent.headers["Location"]).text
    assert "Réussite partielle : Former" in told and "Échec" in told and "NOM00 Prénom" in told
    for who, path in ((unit, "/demandes"), (unit, "/"), (centre, "/demandes")):
        assert "Correction de résultats" in who.get(path).text, path
    assert "Demande n° 1" in unit.get("/sessions/1").text and "Demande n° 1" in centre.get("/sessions/1").text
    with w.db.reading() as conn:
        lines = [entry.text for entry in history(conn, 1)]
    assert "Demande de correction n° 1 : NOM00 Prénom, Réussite partielle : Former." in lines


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({}, "Choisissez un résultat"),
        (FAILED, "C’est déjà le résultat enregistré"),
        ({None: Outcome.PARTIAL}, "Cochez au moins un CCP"),
        ({None: Outcome.ACQUIRED}, "Choisissez un résultat de la liste"),
    ],
)
def test_an_outcome_that_could_not_be_saved_is_not_asked_for(w: World, entry: Entry, words: str) -> None:
    answer = ask(w, entry)
    assert isinstance(answer, Invalid) and words in answer.errors["outcome"]
    assert w.scalar("SELECT count(*) FROM request") == 0


def test_one_open_request_a_session_and_none_before_the_results(w: World) -> None:
    made(w)
    second = ask(w, key="other")
    assert isinstance(second, Invalid) and "n° 1 est déjà ouverte" in second.errors["reason"]
    w.session(2, "01/06/2020", "05/06/2020")
    early = ask_correction(w.as_("centre"), 2, w.get(2).version, candidate_id=1, entry=TITLE, reason="x", key="e")
    assert isinstance(early, Refused)
    assert isinstance(withdraw(w.as_("centre"), 1), Saved)
    assert isinstance(ask(w, key="again"), Made)


def test_a_request_that_waits_is_the_units_next_step_and_is_answered_before_locking(w: World) -> None:
    number = made(w)
    unit, centre = w.browser("ud94"), w.browser("centre")
    page = unit.get("/sessions/1").text
    assert f"La demande n° {number} du centre attend une réponse" in page and ">Verrouiller la session</button>" not in page
    assert "Cochez" not in unit.get("/demandes").text and "cochées" not in unit.get("/demandes").text
    refused = unit.post("/sessions/1/verrouillage", version=w.get(1).version)
    assert refused.status_code == 403 and f'class="button" href="/demandes/{number}"' in refused.text
    step = unit.get("/sessions/1").text.partition('id="etape"')[2].partition("</section>")[0]
    assert "Rien à faire" not in step and f'class="button" href="/demandes/{number}"' in step
    assert "Répondez à la demande" not in centre.get("/sessions/1").text
    assert isinstance(withdraw(w.as_("centre"), number), Saved)
    assert isinstance(advance(w.as_("ud94"), 1, w.get(1).version, Action.LOCK, "Vu"), Saved)


def test_once_locked_the_refusal_names_that_the_unit_can_unlock(w: World) -> None:
    number = made(w)
    with w.db.writing() as tx:  # locked by a version that did not ask for the answer first
        tx.exec_driver_sql("UPDATE exam_session SET status = 'verrouillee' WHERE id = 1")
    asked = w.browser("ud94").get(f"/demandes/{number}").text
    assert "verrouillée" in asked and 'href="/sessions/1/deverrouillage"' in asked and ">Accepter<" not in asked
    assert isinstance(withdraw(w.as_("centre"), number), Saved)
    page = w.browser("centre").get("/sessions/1/demande-correction").text
    assert "Adressez-vous à l’UD 94 : elle peut la déverrouiller." in page and 'name="candidate"' not in page
    assert "elle peut la déverrouiller" in w.browser("centre").get("/sessions/1").text


# ---- answering


def test_accepting_opens_the_correction_filled_in_and_saving_it_accepts(w: World) -> None:
    number, unit = made(w), w.browser("ud94")
    opened = unit.post(f"/demandes/{number}/acceptation")
    assert opened.headers["Location"] == f"/sessions/1/resultats/correction?demande={number}"
    assert w.scalar("SELECT status FROM request") == "ouverte"
    page = unit.get(opened.headers["Location"]).text
    assert re.search(rf'name="resultat-{first(w)}" value="titre" checked', page) and ">Erreur de saisie</textarea>" in page
    results = {f"resultat-{n}": "titre" if n == first(w) else "echec" for n in stored(w)}
    fields = {"version": hidden(page, "version"), "demande": hidden(page, "demande"), "reason": "Erreur de saisie"}
    assert unit.post("/sessions/1/resultats/correction", **fields, **results).status_code == 303
    assert w.scalar("SELECT status FROM request") == "acceptee" and stored(w)[first(w)] == TITLE
    centre = w.browser("centre")
    assert "Demande n° 1 (session 1) acceptée" in centre.get("/avis").text
    told = centre.get("/sessions/1/historique").text
    assert "1 résultat corrigé à la demande n° 1 du centre." in told and "la correction est enregistrée" in told
    assert "Acceptée" in centre.get(f"/demandes/{number}").text


def test_a_correction_of_somebody_else_does_not_accept_the_request(w: World) -> None:
    number = made(w)
    other = max(stored(w))
    answer = correct(w, number, {other: TITLE})
    assert isinstance(answer, Incomplete) and "NOM00 Prénom" in answer.errors["corrections"]
    assert stored(w)[other] == FAILED and w.scalar("SELECT status FROM request") == "ouverte"


def test_a_request_that_no_longer_waits_stops_the_save_and_says_so(w: World) -> None:
    number = made(w)
    assert isinstance(withdraw(w.as_("centre"), number), Saved)
    answer = correct(w, number, {first(w): TITLE})
    assert isinstance(answer, Incomplete) and "n’attend plus de réponse" in answer.errors["corrections"]
    assert isinstance(correct(w, None, {first(w): TITLE}), Saved)
    assert w.scalar("SELECT status FROM request") == "retiree"


def test_refused_with_its_reason_and_never_accepted_among_several(w: World) -> None:
    number = made(w)
    assert f'name="demande" value="{number}"' not in w.browser("ud94").get("/demandes").text
    answer = accept_several(w.as_("ud94"), {number: w.get(1).version})[number]
    assert isinstance(answer, Invalid) and "en l’enregistrant" in answer.errors["request"]
    assert isinstance(refuse(w.as_("ud94"), number, "Le procès-verbal dit échec"), Saved)
    assert "Le procès-verbal dit échec" in w.browser("centre").get(f"/demandes/{number}").text
    assert stored(w)[first(w)] == FAILED


def test_two_agents_save_the_correction_that_was_asked_for_and_one_is_told(w: World) -> None:
    number, version, entries = made(w), w.get(1).version, {**stored(w), first(w): TITLE}
    unit, typed = w.as_("ud94"), Typed(entries, version)
    other = {**stored(w), first(w): ABSENT}
    found = race(
        lambda: correct_results(unit, 1, version, typed, "Un", request_id=number),
        lambda: correct_results(unit, 1, version, Typed(other, version), "Deux", request_id=number),
    )
    assert sorted(type(one).__name__ for one in found) == ["Changed", "Saved"]
    assert any(isinstance(one, Changed) for one in found)
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'request_accepted'") == 1


def test_the_centre_withdraws_as_the_unit_saves(w: World) -> None:
    number, version = made(w), w.get(1).version
    unit, centre, typed = w.as_("ud94"), w.as_("centre"), Typed({**stored(w), first(w): TITLE}, version)
    saved, withdrawn = race(
        lambda: correct_results(unit, 1, version, typed, "Un", request_id=number), lambda: withdraw(centre, number)
    )
    if isinstance(saved, Saved):
        assert isinstance(withdrawn, Answered) and w.scalar("SELECT status FROM request") == "acceptee"
    else:
        assert isinstance(saved, Incomplete) and isinstance(withdrawn, Saved) and stored(w)[first(w)] == FAILED


def test_the_centre_asks_as_the_unit_locks_and_nothing_waits_on_what_is_locked(w: World) -> None:
    centre, unit, version, who = w.as_("centre"), w.as_("ud94"), w.get(1).version, first(w)
    found = race(
        lambda: ask_correction(centre, 1, version, candidate_id=who, entry=TITLE, reason="Erreur", key="k"),
        lambda: advance(unit, 1, version, Action.LOCK, "Vu"),
    )
    assert sum(isinstance(one, (Made, Saved)) for one in found) == 1, found
    assert sum(isinstance(one, Refused) for one in found) == 1, found


def test_the_outcome_of_a_ccp_session_is_asked_for_certificate_by_certificate(w: World) -> None:
    w.session(2, "01/06/2020", "05/06/2020", kind="ccp", candidates=1)
    s = w.get(2)
    with w.db.reading() as conn:
        sheet = load(conn, s)
    one, two = (c.id for c in sheet.certificates)
    person = sheet.candidates[0].id
    typed = Typed({person: {one: Outcome.NOT_ACQUIRED}}, s.version)
    assert isinstance(enter_results(w.as_("centre"), 2, s.version, typed), Saved)
    centre = w.browser("centre")
    page = centre.get("/sessions/2/demande-correction").text
    fields = {"version": hidden(page, "version"), "key": hidden(page, "key"), "candidate": person, "reason": "Erreur"}
    sent = centre.post("/sessions/2/demande-correction", **fields, **{f"resultat-{one}": "acquis", f"resultat-{two}": "absent"})
    assert sent.status_code == 303
    told = w.browser("ud94").get(sent.headers["Location"]).text
    assert "Former : acquis ; Sensibiliser : absent" in told
