"""Reference kept on screen: centres, titles, units and regions, approvals, and what files bring in, without the command line."""

from collections.abc import Iterator

import pytest

from portal.rules.lifecycle import Action, Role
from portal.rules.rights import Person, may
from tests.support.visible import visible
from tests.support.world import Browser, World, hidden


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    world.close()


def version_on(browser: Browser, path: str) -> str:
    return hidden(browser.get(path).text, "version")


def read(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return visible(answer.text).main


# ---- centres

LA_POSTE = "356 000 000 00048"
NEW = {"siret": LA_POSTE, "department": "94", "name": "LA POSTE FORMATION", "address": "", "email": "", "phone": ""}


def test_a_centre_is_opened_found_and_changed_with_its_history(w: World) -> None:
    national = w.browser("national")
    opened = national.post("/centres/nouveau", **NEW)
    assert opened.status_code == 303
    place = opened.location
    assert "LA POSTE FORMATION" in read(national, "/centres?q=356000000")
    assert "LA POSTE FORMATION" in read(w.browser("ud94"), "/centres?q=poste")
    assert "LA POSTE FORMATION" not in read(w.browser("ud75"), "/centres")
    card = {
        "name": "LA POSTE ACADÉMIE",
        "address": "9 rue du Colonel, 94000 Créteil",
        "email": "contact@poste.example",
        "phone": "01",
    }
    wrong = national.post(place, version=version_on(national, place), **card)
    assert wrong.status_code == 422 and "LA POSTE ACADÉMIE" in wrong.text and "téléphone" in wrong.text
    card["phone"] = "01 02 03 04 05"
    assert national.post(place, version=version_on(national, place), **card).status_code == 303
    page = read(w.browser("ud94"), place)
    assert (
        "9 rue du Colonel" in page and "Nom : « LA POSTE FORMATION » → « LA POSTE ACADÉMIE »" in page and "Centre ouvert." in page
    )
    assert "LA POSTE ACADÉMIE" in read(national, "/centres?q=academie&etat=ouverts&departement=94")
    assert "LA POSTE ACADÉMIE" not in read(national, "/centres?etat=fermes")


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("siret", "356 000 000 00049", "n’est pas un SIRET"),
        ("siret", "", "Indiquez le SIRET"),
        ("department", "999", "Choisissez un département"),
        ("name", " ", "Indiquez le nom"),
        ("name", "x" * 201, "201 caractères"),
        ("email", "contact", "adresse électronique"),
        ("phone", "au standard", "numéro de téléphone"),
    ],
)
def test_what_is_no_centre_is_said_on_its_field(w: World, field: str, value: str, why: str) -> None:
    answer = w.browser("national").post("/centres/nouveau", **{**NEW, field: value})
    assert answer.status_code == 422 and why in answer.text and f'id="{field}-error"' in answer.text
    assert w.scalar("SELECT count(*) FROM centre") == 2


def test_a_known_siret_is_not_opened_twice(w: World) -> None:
    answer = w.browser("national").post("/centres/nouveau", **{**NEW, "siret": w.sirets[0]})
    assert answer.status_code == 422 and "déjà celui du centre « CENTRE A »" in answer.text


def test_two_who_change_a_centre_at_once_are_told(w: World) -> None:
    national = w.browser("national")
    seen = version_on(national, "/centres/1")
    card = {"address": "", "email": "", "phone": ""}
    assert national.post("/centres/1", version=seen, name="CENTRE A BIS", **card).status_code == 303
    late = national.post("/centres/1", version=seen, name="CENTRE A TER", **card)
    assert late.status_code == 409 and "entre-temps" in late.text
    assert 'value="CENTRE A TER"' in late.text and "CENTRE A BIS" in late.text
    assert w.scalar("SELECT name FROM centre WHERE id = 1") == "CENTRE A BIS"
    assert national.post("/centres/1", version=hidden(late.text, "version"), name="CENTRE A TER", **card).status_code == 303


STILL = ((1, Action.EDIT_END), (1, Action.EDIT_CANDIDATES), (2, Action.ENTER_RESULTS))


def test_a_closed_centre_begins_nothing_and_brings_its_sessions_to_their_end(w: World) -> None:
    w.approve()
    w.session(1, "22/06/2020", "26/06/2020", "en_preparation")
    w.session(2, "02/06/2020", "12/06/2020")
    national, centre = w.browser("national"), w.browser("centre")
    asked = read(national, "/centres/1/fermeture")
    assert "2 sessions en cours" in asked and "1 compte ouvert reste ouvert" in asked and "« Convocations envoyées »" in asked
    seen = version_on(national, "/centres/1/fermeture")
    assert national.post("/centres/1/fermeture", version=seen, reason="").status_code == 422
    assert national.post("/centres/1/fermeture", version=seen, reason="Fin de l’activité").status_code == 303
    assert "Fin de l’activité" in read(w.browser("ud94"), "/centres/1")
    page = read(centre, "/sessions/nouvelle?cle=" + "0" * 32)
    assert "Votre centre est fermé depuis le 15/06/2020" in page and "UD 94" in page
    fields = {"title": "1", "kind": "titre", "starts_on": "2020-07-06", "ends_on": "2020-07-07", "place": "Créteil"}
    made = centre.post("/sessions/nouvelle?cle=" + "0" * 32, session_manager="C. Roux", key="0" * 32, **fields)
    assert made.status_code == 403 and w.scalar("SELECT count(*) FROM exam_session") == 2
    assert "Votre centre est fermé" in read(centre, "/sessions/nouvelles")
    assert all(may(Person(Role.CENTRE, "UD 94"), act, w.get(n).facts, w.today).ok for n, act in STILL)
    again = national.post("/centres/1/reouverture", version=version_on(national, "/centres/1"))
    assert again.status_code == 303 and "Centre rouvert." in read(national, "/centres/1")
    assert centre.post("/sessions/nouvelle?cle=" + "0" * 32, session_manager="C. Roux", key="0" * 32, **fields).status_code == 303


def test_the_people_of_a_centre_and_its_unit_are_told(w: World) -> None:
    centre, unit = w.browser("centre"), w.browser("ud94")
    national = w.browser("national")
    national.post("/centres/1/fermeture", version=version_on(national, "/centres/1/fermeture"), reason="Fin de l’activité")
    for who in (centre, unit):
        assert "CENTRE A : le centre est fermé" in read(who, "/avis")


def test_a_centre_reads_its_own_and_changes_nothing(w: World) -> None:
    centre = w.browser("centre")
    page = read(centre, "/centres/1")
    assert "CENTRE A" in page and "Enregistrer la fiche" not in page
    assert "CENTRE B" not in read(centre, "/centres") and centre.get("/centres/2").status_code == 404
    for path in ("/centres/1", "/centres/1/fermeture", "/centres/1/reouverture", "/centres/nouveau"):
        assert centre.post(path, version=1, name="Autre", reason="x").status_code == 404
