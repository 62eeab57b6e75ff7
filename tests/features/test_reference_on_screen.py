"""Reference kept on screen: centres, titles, units and regions, approvals, and what files bring in, without the command line."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from urllib.parse import quote

import pytest

from portal.core.outcomes import Changed, Invalid, NotThere, Saved, Unchanged
from portal.core.sheet import Typed, load
from portal.features.results.actions import enter_results, save_draft
from portal.features.titles import actions as titles
from portal.rules.lifecycle import Action, Role
from portal.rules.outcomes import Outcome
from portal.rules.rights import Person, may
from portal.store.titles import CertificateKind
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


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["/centres/nouveau", "/titres/nouveau", "/comptes/invitation"])
def test_what_is_wrong_is_told_in_the_order_of_the_screen_and_typing_goes_on_at_the_first(w: World, path: str) -> None:
    page = w.browser("national").post(path).text
    fields, told = re.findall(r'<(?:input|select) id="(\w+)"', page), re.findall(r'<li><a href="#(\w+)"', page)
    assert len(told) > 1 and told == [field for field in fields if field in told]
    assert re.findall(r'id="(\w+)"[^>]*autofocus', page) == told[:1]


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


def test_a_centre_changed_since_is_not_reopened_unseen(w: World) -> None:
    national = w.browser("national")
    national.post("/centres/1/fermeture", version=version_on(national, "/centres/1/fermeture"), reason="Fin de l’activité")
    seen, card = version_on(national, "/centres/1"), {"address": "", "email": "", "phone": ""}
    assert national.post("/centres/1", version=seen, name="CENTRE A BIS", **card).status_code == 303
    late = national.post("/centres/1/reouverture", version=seen)
    assert late.status_code == 409 and "Ce centre a été modifié entre-temps" in late.text and "Rien n’a été fait." in late.text
    assert "CENTRE A BIS" in late.text and w.scalar("SELECT closed_on FROM centre WHERE id = 1") is not None
    assert national.post("/centres/1/reouverture", version=hidden(late.text, "version")).status_code == 303


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


# ---- titles

TITLE = {
    "label": "Conducteur de car",
    "decree_on": "2019-03-04",
    "level": "3",
    "expires_on": "2024-03-04",
    "extension_months": "12",
}


def test_a_title_is_opened_with_its_certificates_and_its_history(w: World) -> None:
    national = w.browser("national")
    assert national.post("/titres/nouveau", code="TP-00411", rncp_code="35 250", **TITLE).status_code == 303
    added = {"certificate_kind": "ccp", "certificate_label": "Conduire"}
    path = "/titres/TP-00411"
    assert national.post(f"{path}/certificats", version=version_on(national, path), **added).status_code == 303
    twice = national.post(f"{path}/certificats", version=version_on(national, path), **added)
    assert twice.status_code == 422 and "déjà un certificat de cet intitulé" in twice.text
    certificate = w.scalar("SELECT id FROM certificate WHERE label = 'Conduire'")
    renamed = {"version": version_on(national, path), "renamed": "Conduire un car"}
    stale = national.post(f"{path}/certificats/{certificate}", **{**renamed, "version": 0, "renamed": "Tapé"})
    assert stale.status_code == 409 and 'value="Tapé"' in stale.text, "nothing that was typed is lost"
    assert national.post(f"{path}/certificats/{certificate}", **renamed).status_code == 303
    page = read(w.browser("centre"), path)
    assert "RNCP35250" in page and "jusqu’au 04/03/2025" in page and "CCP Conduire un car" in page
    assert "CCP ajouté : « Conduire »" in page and "CCP renommé : « Conduire » → « Conduire un car »" in page
    removed = {"version": version_on(national, path), "retirer": certificate}
    assert national.post(f"{path}/certificats/{certificate}", **removed).status_code == 303
    assert "CCP retiré : « Conduire un car »" in read(national, path)
    assert "TP-00411" in read(national, "/titres?q=35250") and "TP-00411" not in read(national, "/titres?etat=echus")


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("code", "TP 9", "n’est pas un code de titre"),
        ("code", "TP-01303", "existe déjà"),
        ("label", "", "Indiquez l’intitulé"),
        ("level", "9", "Niveau"),
        ("expires_on", "31/02/2024", "n’est pas une date"),
        ("extension_months", "121", "de 0 à 120"),
        ("rncp_code", "ABC", "n’est pas un code RNCP"),
    ],
)
def test_what_is_no_title_is_said_on_its_field(w: World, field: str, value: str, why: str) -> None:
    answer = w.browser("national").post("/titres/nouveau", **{"code": "TP-00411", "rncp_code": "", **TITLE, field: value})
    assert answer.status_code == 422 and why in answer.text and f'id="{field}-error"' in answer.text
    assert w.scalar("SELECT count(*) FROM title") == 1


@pytest.mark.parametrize("who", ["centre", "ud94", "region"])
def test_nobody_else_keeps_titles(w: World, who: str) -> None:
    card = titles.Card("Autre", None, 3, None, 12, "")
    number, work = int(str(w.scalar("SELECT min(id) FROM certificate"))), w.as_(who)
    with pytest.raises(NotThere):
        titles.open_title(work, "TP-00411", card)
    with pytest.raises(NotThere):
        titles.change(work, "TP-01303", 1, card, "")
    with pytest.raises(NotThere):
        titles.add_certificate(work, "TP-01303", 1, CertificateKind.CCP, "Autre")
    with pytest.raises(NotThere):
        titles.rename_certificate(work, "TP-01303", 1, number, "Autre")
    with pytest.raises(NotThere):
        titles.remove_certificate(work, "TP-01303", 1, number)
    assert w.scalar("SELECT count(*) FROM title") == 1
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'title_changed'") == 0


def test_what_is_done_to_a_title_is_said(w: World) -> None:
    work = w.as_("national")
    opened = titles.open_title(work, "TP-00411", titles.Card("Conducteur de car", None, 3, None, 12, ""))
    assert opened == titles.Opened("Titre ouvert : TP-00411. Ajoutez ses certificats.", code="TP-00411")
    added = titles.add_certificate(work, "TP-00411", 1, CertificateKind.CCP, "Conduire")
    number = int(str(w.scalar("SELECT id FROM certificate WHERE label = 'Conduire'")))
    renamed = titles.rename_certificate(work, "TP-00411", 2, number, "Conduire un car")
    again = titles.rename_certificate(work, "TP-00411", 3, number, "Conduire un car")
    removed = titles.remove_certificate(work, "TP-00411", 3, number)
    assert [added, renamed, again, removed] == [
        Saved("Certificat ajouté."), Saved("Certificat renommé."), Unchanged("C’est déjà enregistré."), Saved("Certificat retiré."),
    ]  # fmt: skip
    with pytest.raises(NotThere):
        titles.remove_certificate(work, "TP-00411", 4, number)


def test_another_expiry_says_what_it_leaves_before_it_is_saved(w: World) -> None:
    w.approve(end="31/12/2021")
    w.session(7, "22/06/2020", "26/06/2020", "en_preparation")
    w.session(8, "22/06/2021", "25/06/2021", "en_preparation")
    national, centre = w.browser("national"), w.browser("centre")
    wanted = {**TITLE, "expires_on": "2020-12-31", "extension_months": "0", "rncp_code": ""}
    asked = national.post("/titres/TP-01303", version=version_on(national, "/titres/TP-01303"), **wanted)
    assert asked.status_code == 422 and "1 session en cours commencerait" in asked.text and "/sessions/8" in asked.text
    assert "1 agrément finit" in asked.text and "/sessions/7" not in asked.text
    assert w.scalar("SELECT expires_on FROM title") is None
    answered = {"version": hidden(asked.text, "version"), "confirmed": hidden(asked.text, "confirmed")}
    assert national.post("/titres/TP-01303", **{**wanted, "expires_on": "2020-11-30"}, **answered).status_code == 422
    assert national.post("/titres/TP-01303", **wanted, **answered).status_code == 303
    assert "Échéance : (vide) → 31/12/2020" in read(national, "/titres/TP-01303")
    assert "Titre TP-01303 : nouvelle échéance" in read(centre, "/avis")
    late = national.post("/titres/TP-01303", **{**wanted, "label": "Autre"}, **answered)
    assert late.status_code == 409 and 'value="Autre"' in late.text


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("label", "expires", "months", "told"),
    [
        ("Autre", "2031-05-31", 12, None),
        (
            "Titre échu",
            "2032-05-31",
            12,
            "Le titre TP-EX1 Titre échu arrive à échéance le 31/05/2032, avec 12 mois de prolongation.",
        ),
        ("Titre échu", "2031-05-31", 0, "Le titre TP-EX1 Titre échu arrive à échéance le 31/05/2031."),
        ("Titre échu", None, 12, "Le titre TP-EX1 Titre échu n’a plus d’échéance connue."),
    ],
)
def test_the_centres_that_examine_for_a_title_are_told_of_another_end_and_of_nothing_else(
    w: World, label: str, expires: str | None, months: int, told: str | None
) -> None:
    w.title("TP-EX1", "31/05/2031")
    w.approve(title="TP-EX1")
    for who in ("centre", "other"):
        w.as_(who)
    card = titles.Card(label, date(2016, 4, 20), 5, date.fromisoformat(expires) if expires else None, months, "")
    assert titles.change(w.as_("national"), "TP-EX1", 1, card, "") == Saved("Titre enregistré.")
    assert w.scalar("SELECT body FROM notice") == told
    assert w.scalar("SELECT count(*) FROM notice") == (told is not None), "the other centre has no approval"


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_the_certificates_of_a_title_stand_in_the_order_in_which_they_came(w: World) -> None:
    work, ccp = w.as_("national"), CertificateKind.CCP
    titles.open_title(work, "TP-00411", titles.Card("Conducteur de car", None, 3, None, 12, ""))
    for version, label in enumerate(("Conduire", "Accueillir", "Vérifier"), 1):
        assert isinstance(titles.add_certificate(work, "TP-00411", version, ccp, label), Saved)
    number = int(str(w.scalar("SELECT id FROM certificate WHERE label = 'Accueillir'")))
    titles.remove_certificate(work, "TP-00411", 4, number)
    titles.add_certificate(work, "TP-00411", 5, ccp, "Réparer")
    with w.db.reading() as conn:
        rows = conn.exec_driver_sql("SELECT position, label FROM certificate WHERE title_id = 2 ORDER BY position").all()
    assert [tuple(row) for row in rows] == [(1, "Conduire"), (3, "Vérifier"), (4, "Réparer")]


def test_a_certificate_that_results_say_is_not_taken_away(w: World) -> None:
    w.session(7, "01/06/2020", "05/06/2020", kind="ccp", candidates=1)
    national, centre = w.browser("national"), w.browser("centre")
    with w.db.reading() as conn:
        sheet = load(conn, w.get(7))
    person, first = sheet.candidates[0].id, sheet.certificates[0].id
    typed = Typed({person: {c.id: Outcome.ACQUIRED for c in sheet.certificates}}, w.get(7).version)
    done = enter_results(w.as_("centre"), 7, w.get(7).version, typed)
    assert isinstance(done, Saved), done
    page = national.get("/titres/TP-01303").text
    assert "des résultats le portent" in page
    kept = national.post(f"/titres/TP-01303/certificats/{first}", version=hidden(page, "version"), retirer=first)
    assert kept.status_code == 422 and "ne se retire pas" in kept.text
    assert centre.post(f"/titres/TP-01303/certificats/{first}", version=1, retirer=first).status_code == 404


def test_results_typed_while_their_certificate_is_taken_away_are_told_and_kept(w: World) -> None:
    """The sheet was read before the certificate went; on PostgreSQL the saving waits for whoever takes it away."""
    w.session(7, "01/06/2020", "05/06/2020", kind="ccp", candidates=1)
    with w.db.reading() as conn:
        sheet = load(conn, w.get(7))
    person, (gone, kept) = sheet.candidates[0].id, [c.id for c in sheet.certificates]
    typed = Typed({person: {gone: Outcome.ACQUIRED, kept: Outcome.ACQUIRED}}, sheet.version)
    national, unseen = w.as_("national"), w.get(7).version
    with ThreadPoolExecutor(2) as both:
        saved = both.submit(enter_results, w.as_("centre"), 7, unseen, typed)
        taken = both.submit(titles.remove_certificate, national, "TP-01303", 1, gone)
    first = isinstance(saved.result(), Saved)
    assert first == isinstance(taken.result(), Invalid) and first != isinstance(saved.result(), Changed)
    if not first:
        assert isinstance(save_draft(w.as_("centre"), 7, unseen, typed), Changed)
    assert w.scalar("SELECT count(*) FROM result") == (2 if first else 0)


def test_the_sheet_of_which_a_certificate_is_gone_comes_back_as_typed(w: World) -> None:
    w.session(7, "01/06/2020", "05/06/2020", kind="ccp", candidates=1)
    centre = w.browser("centre")
    page = centre.get("/sessions/7/resultats").text
    fields = re.findall(r'name="(resultat-\d+-\d+)"', page)
    first, last = min(fields), max(fields)
    gone = int(first.rpartition("-")[2])
    assert isinstance(titles.remove_certificate(w.as_("national"), "TP-01303", 1, gone), Saved)
    sent = {"version": hidden(page, "version"), "action": "validate", first: "acquis", last: "non_acquis"}
    answer = centre.post("/sessions/7/resultats", **sent)
    assert answer.status_code == 409 and "modifiée entre-temps" in answer.text
    assert re.search(rf'name="{last}"[^>]*value="non_acquis"[^>]*checked', answer.text) and first not in answer.text


# ---- units and regions


def test_a_unit_keeps_its_contact_and_every_refusal_says_it(w: World) -> None:
    w.session(7, "02/06/2020", "12/06/2020")
    unit, centre, national = w.browser("ud94"), w.browser("centre"), w.browser("national")
    assert "101 unités n’ont ni adresse ni téléphone" in read(national, "/unites")
    assert "UD 94" in read(centre, "/sessions/7/report")
    wanted = {"unit_name": "DDETS du Val-de-Marne", "unit_email": "ud94@etat.example", "unit_phone": "01 02 03 04 05"}
    seen = version_on(unit, "/unites/94")
    assert unit.post("/unites/94", version=seen, **{**wanted, "unit_email": "ud94"}).status_code == 422
    assert unit.post("/unites/94", version=seen, **wanted).status_code == 303
    refused = read(centre, "/sessions/7/report")
    assert all(words in refused for words in wanted.values())
    assert "Téléphone : (vide) → « 01 02 03 04 05 »" in read(unit, "/unites/94")
    late = national.post("/unites/94", version=seen, **{**wanted, "unit_name": "Autre"})
    assert late.status_code == 409 and "DDETS du Val-de-Marne" in late.text
    assert "100 unités n’ont" in read(national, "/unites") and "UD 94" not in read(national, "/unites?contact=sans")
    assert "100" in read(national, "/") and "unités sans coordonnées" in read(national, "/")
    assert w.browser("ud75").get("/unites/94").status_code == 404 and centre.get("/unites").status_code == 404


def test_a_region_keeps_its_own_contact_and_no_unit(w: World) -> None:
    region = w.browser("region")
    assert "UD 94" in read(region, "/unites") and "UD 13" not in read(region, "/unites")
    assert region.post("/unites/94", version=1, unit_name="x", unit_email="", unit_phone="").status_code == 404
    seen = version_on(region, "/regions/11")
    assert region.post("/regions/11", version=seen, email="drieets@etat.example", phone="").status_code == 303
    page = read(region, "/regions/11")
    assert "drieets@etat.example" in page and "Coordonnées enregistrées." in page
    assert region.get("/regions/93").status_code == 404 and w.browser("ud94").get("/regions/11").status_code == 404


# ---- a SIRET, however it is typed


@pytest.mark.parametrize("path", ["/centres?q={}", "/agrements?q={}", "/comptes?q={}", "/sessions?q={}"])
@pytest.mark.parametrize("sign", [" ", "\u00a0", ""])
def test_a_siret_is_found_with_its_spaces(w: World, path: str, sign: str) -> None:
    w.approve()
    w.as_("centre")
    w.as_("other")
    w.session(7, "22/06/2020", "26/06/2020")
    w.session(8, "22/06/2020", "26/06/2020", centre=1)
    siret = w.sirets[0]
    typed = sign.join((siret[:3], siret[3:6], siret[6:9], siret[9:]))
    page = read(w.browser("national"), path.format(quote(typed)))
    assert "CENTRE A" in page and "CENTRE B" not in page
