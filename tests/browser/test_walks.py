"""The main job in a real browser, with JavaScript and without, on the demonstration."""

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from portal.demo.data import PASSWORD
from tests.browser.people import asked, fill_sheet, person, question
from tests.support.axe import ready, violations


def test_a_wrong_password_keeps_the_address_and_a_right_one_signs_in(chromium: Browser, base: str, script: bool) -> None:
    page = chromium.new_context(java_script_enabled=script, base_url=base).new_page()
    page.goto("/sessions/224566")
    page.get_by_label("Adresse électronique").fill("centre@demo.example")
    page.get_by_label("Mot de passe").fill("autre chose")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("link", name="ne convient pas")).to_be_visible()
    expect(page.get_by_label("Adresse électronique")).to_have_value("centre@demo.example")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_text("224566", exact=True).first).to_be_visible()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", name="Connexion")).to_be_visible()


def test_finding_224566(chromium: Browser, base: str, script: bool) -> None:
    page = person(chromium, base, "centre", script)
    page.goto("/sessions")
    page.get_by_label("Rechercher").fill("224566")
    page.get_by_role("button", name="Filtrer").click()
    page.get_by_role("link", name="224566", exact=True).click()
    expect(page.get_by_text("Demande de DTE envoyée le 02/03/2020 par REPRISE")).to_be_visible()
    expect(page.get_by_role("heading", name="Attendez le DTE")).to_be_visible()


def test_entering_the_real_date(chromium: Browser, base: str, script: bool) -> None:
    page = person(chromium, base, "centre", script)
    page.goto("/sessions/224561")
    field = page.get_by_label("Date réelle de fin de session")
    field.fill("2020-03-01")
    page.get_by_role("button", name="Enregistrer la date réelle").click()
    expect(page.get_by_role("link", name="ne peut pas précéder")).to_be_visible()
    expect(field).to_have_value("2020-03-01")
    expect(field).to_be_focused()
    field.fill("2020-06-12")
    page.get_by_role("button", name="Enregistrer la date réelle").click()
    expect(page.get_by_text("Date réelle de fin enregistrée : 12/06/2020.")).to_be_visible()


def test_being_stopped_without_the_date_and_without_a_result(chromium: Browser, base: str, script: bool) -> None:
    page = person(chromium, base, "centre", script)
    page.goto("/sessions/224561/resultats")
    expect(page.get_by_text("doit être saisie avant les résultats")).to_be_visible()
    expect(page.get_by_role("button", name="Valider la saisie des résultats")).to_have_count(0)
    fill_sheet(page)
    page.locator(".row").nth(3).get_by_label("Réussite partielle").check()
    page.get_by_role("button", name="Valider la saisie des résultats").click()
    expect(page.get_by_role("link", name="Cochez au moins un CCP obtenu")).to_be_visible()
    expect(page.locator(".row").nth(3).get_by_label("Réussite partielle")).to_be_checked()


def test_a_draft_is_kept(chromium: Browser, base: str, script: bool) -> None:
    page = person(chromium, base, "centre", script)
    page.goto("/sessions/224571/resultats")
    page.locator(".row").first.get_by_label("Absent").check()
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.get_by_text("Brouillon enregistré.", exact=True)).to_be_visible()
    page.goto("/sessions/224571/resultats")
    expect(page.locator(".row").first.get_by_label("Absent")).to_be_checked()


def test_saying_no_leads_back_with_everything_typed(chromium: Browser, base: str, script: bool) -> None:
    page = person(chromium, base, "centre", script)
    asked(page)
    expect(page.locator("dialog[open]")).to_have_count(1 if script else 0)
    expect(page.get_by_role("button", name="Non, revenir à la saisie")).to_be_focused()
    page.get_by_role("button", name="Non, revenir à la saisie").click()
    expect(question(page)).to_have_count(0)
    expect(page.locator(".row input[value=titre]:checked")).to_have_count(40)


def test_saying_yes_saves_and_takes_the_hand_away(chromium: Browser, base: str, script: bool) -> None:
    page = person(chromium, base, "centre", script)
    asked(page)
    expect(page.get_by_text("vendredi 12 juin 2020").last).to_be_visible()
    page.get_by_role("button", name="Oui, valider les résultats").click()
    expect(page.get_by_text("Résultats enregistrés.", exact=True)).to_be_visible()
    page.goto("/sessions/224562/resultats")
    expect(page.get_by_role("button", name="Valider la saisie des résultats")).to_have_count(0)
    expect(page.get_by_text("seule l’UD 94").first).to_be_visible()


def test_the_unit_corrects(chromium: Browser, base: str, script: bool) -> None:
    page = person(chromium, base, "ud94", script)
    page.goto("/sessions/224565")
    page.get_by_role("link", name="Corriger les résultats").first.click()
    page.locator(".row").nth(1).get_by_label("Absent").check()
    page.get_by_role("button", name="Enregistrer les corrections").click()
    expect(page.get_by_role("link", name="Indiquez le motif")).to_be_visible()
    expect(page.locator(".row").nth(1).get_by_label("Absent")).to_be_checked()
    page.get_by_label("Motif").fill("Erreur de lecture du procès-verbal")
    page.get_by_role("button", name="Enregistrer les corrections").click()
    expect(page.get_by_text("Corrections enregistrées.")).to_be_visible()


def test_the_unit_locks_and_unlocks_with_a_reason(chromium: Browser, base: str, script: bool) -> None:
    page = person(chromium, base, "ud94", script)
    page.goto("/sessions/224565")
    page.get_by_role("button", name="Verrouiller la session").click()
    page.get_by_role("link", name="Déverrouiller la session").click()
    page.get_by_label("Motif").fill("Recours d’un candidat")
    page.get_by_role("button", name="Déverrouiller la session").click()
    expect(page.get_by_role("button", name="Verrouiller la session")).to_be_visible()
    expect(page.get_by_text("Motif : « Recours d’un candidat »")).to_be_visible()


def test_a_unit_postpones_and_the_centre_finds_224566(chromium: Browser, base: str, script: bool) -> None:
    unit = person(chromium, base, "ud94", script)
    unit.goto("/sessions")
    unit.get_by_label("Rechercher").fill("224566")
    unit.get_by_role("button", name="Filtrer").click()
    unit.get_by_role("link", name="224566", exact=True).click()
    unit.get_by_role("link", name="Reporter la session").click()
    unit.get_by_label("Nouvelle date de début").fill("2020-07-06")
    unit.get_by_label("Nouvelle date de fin").fill("2020-07-01")
    unit.get_by_label("Motif").fill("Moniteur indisponible")
    unit.get_by_role("button", name="Enregistrer le report").click()
    expect(unit.get_by_role("link", name="La date de fin ne peut pas précéder")).to_be_visible()
    expect(unit.get_by_label("Motif")).to_have_value("Moniteur indisponible")
    unit.get_by_label("Nouvelle date de fin").fill("2020-07-10")
    unit.get_by_role("button", name="Enregistrer le report").click()
    expect(unit.get_by_text("Session reportée : du 06/07/2020 au 10/07/2020.")).to_be_visible()
    centre = person(chromium, base, "centre", script)
    centre.goto("/sessions/224566")
    expect(centre.get_by_text("Motif : « Moniteur indisponible »")).to_be_visible()


def test_creating_a_session_and_importing_its_candidates_after_a_preview(
    chromium: Browser, base: str, script: bool, tmp_path: Path
) -> None:
    page = person(chromium, base, "centre", script)
    page.goto("/sessions")
    page.get_by_role("link", name="Créer une session").click()
    page.get_by_label("Date de début").fill("2020-09-14")
    page.get_by_label("Date de fin").fill("2020-09-13")
    page.get_by_label("Titre professionnel").select_option(index=1)
    page.get_by_label("Lieu").fill("12 rue des Écoles, Créteil")
    page.get_by_role("button", name="Créer la session").click()
    expect(page.get_by_role("link", name="ne peut pas précéder")).to_be_visible()
    expect(page.get_by_label("Lieu")).to_have_value("12 rue des Écoles, Créteil")
    page.get_by_label("Date de fin").fill("2020-09-18")
    page.get_by_role("button", name="Créer la session").click()
    expect(page.get_by_text("Session créée. Inscrivez les candidats")).to_be_visible()
    expect(page.get_by_text("Aucun candidat n’est inscrit à cette session.")).to_be_visible()
    page.get_by_role("link", name="Importer un fichier").click()
    file = tmp_path / "candidats.csv"
    file.write_text("nom;prénom;date de naissance\nD’Aubigné;Éloïse;04/11/1995\nD'AUBIGNE;Eloise;04/11/1995\n;X;1990\n")
    page.get_by_label("Fichier Excel").set_input_files(file)
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.get_by_text("1 candidat à ajouter, 1 doublon laissé de côté, 1 ligne à corriger.")).to_be_visible()
    expect(page.get_by_text("n’est pas une date jj/mm/aaaa")).to_be_visible()
    page.get_by_role("button", name="Importer les lignes justes (1 candidat)").click()
    expect(page.get_by_text("1 candidat ajouté.", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="D’AUBIGNÉ Éloïse", exact=True)).to_be_visible()


def test_a_title_chosen_while_the_list_is_fetched_anew_stays_chosen(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    page.goto("/sessions/nouvelle")
    held: list[Route] = []
    page.route("**/sessions/nouvelle?*", lambda route: held.append(route))
    with page.expect_request("**/sessions/nouvelle?*"):
        page.get_by_label("Date de début").fill("2020-09-14")
    title = page.get_by_label("Titre professionnel")
    title.select_option(index=3)
    value = title.input_value()
    page.get_by_label("Lieu").fill("Créteil")
    with page.expect_response("**/sessions/nouvelle?*"):
        held[0].continue_()
    expect(page.get_by_text("Les titres dont l’agrément de votre centre est valable le 14/09/2020.")).to_be_visible()
    expect(title).to_have_value(value)
    expect(page.get_by_label("Lieu")).to_be_focused()


def test_a_copied_title_stays_when_a_date_is_typed_and_back_makes_no_twin(chromium: Browser, base: str, script: bool) -> None:
    page = person(chromium, base, "centre", script)
    page.goto("/sessions/224563")
    page.get_by_role("link", name="Copier cette session").click()
    title = page.get_by_label("Titre professionnel")
    value = title.input_value()
    assert value
    page.get_by_label("Date de début", exact=True).fill("2020-09-14")
    page.get_by_label("Date de fin").fill("2020-09-18")
    if script:
        expect(page.get_by_text("Les titres dont l’agrément de votre centre est valable le 14/09/2020.")).to_be_visible()
    expect(title).to_have_value(value)
    page.get_by_role("button", name="Créer la session").click()
    expect(page.get_by_text("Session créée. Inscrivez")).to_be_visible()
    made = page.url
    page.go_back()
    page.get_by_label("Date de début", exact=True).fill("2020-09-14")
    page.get_by_label("Date de fin").fill("2020-09-18")
    page.get_by_role("button", name="Créer la session").click()
    expect(page.get_by_text("Cette session est déjà créée : la voici")).to_be_visible()
    assert page.url == made


def test_choosing_a_jury_until_the_dte_can_be_asked_for(chromium: Browser, base: str, script: bool) -> None:
    page = person(chromium, base, "centre", script)
    page.goto("/sessions/224575")
    expect(page.get_by_text("Il manque encore :")).to_be_visible()
    page.get_by_role("link", name="Inscrire les candidats").click()
    page.get_by_label("Nom", exact=True).fill("Nguyễn")
    page.get_by_label("Prénom").fill("Thị Hương")
    page.get_by_label("Date de naissance").fill("1988-02-23")
    page.get_by_role("button", name="Ajouter le candidat").click()
    page.goto("/sessions/224575/jury")
    for _ in range(2):
        page.get_by_label("Membre habilité").select_option(index=1)
        page.get_by_role("button", name="Ajouter au jury").click()
        again = page.get_by_role("button", name="Ajouter quand même")
        expect(again.or_(page.get_by_text("siège au jury.").first)).to_be_visible()
        if again.count():
            again.click()
        expect(page.get_by_text("siège au jury.").first).to_be_visible()
    page.goto("/sessions/224575")
    page.get_by_role("button", name="Demander le DTE").click()
    expect(page.get_by_text("la session est maintenant au statut « Demande de DTE envoyée ».")).to_be_visible()


def test_a_document_is_downloaded_and_checked_by_anybody(chromium: Browser, base: str, script: bool, tmp_path: Path) -> None:
    page = person(chromium, base, "centre", script)
    page.goto("/sessions/224573")
    page.get_by_role("link", name="Tous les documents").click()
    link = page.get_by_role("link", name=re.compile("Attestation de réussite.*ABEILLE Maïwenn"))
    answer = page.request.get(base + (link.get_attribute("href") or ""))
    assert answer.headers["content-type"] == "application/pdf"
    (tmp_path / "x.pdf").write_bytes(answer.body())
    text = subprocess.run(["pdftotext", "-layout", tmp_path / "x.pdf", "-"], capture_output=True, check=True).stdout.decode()
    code = re.search(r"code ([0-9A-Z-]{19})", text)
    assert code and "par cumul" in text
    visitor = chromium.new_context(java_script_enabled=script, base_url=base).new_page()
    visitor.goto("/verifier")
    visitor.get_by_label("Code du document").fill(code[1].lower())
    visitor.get_by_role("button", name="Vérifier").click()
    expect(visitor.get_by_text("Document authentique.")).to_be_visible()
    expect(visitor.get_by_text("Titre obtenu par cumul de CCP")).to_be_visible()
    expect(visitor.get_by_text("M. A.")).to_be_visible()


def test_the_keyboard_alone_adds_a_candidate(chromium: Browser, base: str, script: bool) -> None:
    page = person(chromium, base, "centre", script)
    page.goto("/sessions/224563/candidats")
    page.get_by_label("Nom", exact=True).focus()
    for typed in ("Sall", "Fatou"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.type("02031990")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="SALL Fatou", exact=True).first).to_be_visible()


def ask_for(page: Page, number: int, reason: str) -> None:
    page.goto(f"/sessions/{number}")
    page.get_by_role("link", name="Demander un report").click()
    page.get_by_label("Date de début souhaitée").fill("2020-07-06")
    page.get_by_label("Date de fin souhaitée").fill("2020-07-10")
    page.get_by_label("Motif").fill(reason)
    page.get_by_role("button", name="Envoyer la demande").click()
    expect(page.get_by_text("Demande envoyée.")).to_be_visible()


def test_asking_and_being_accepted_and_reading_the_notice(chromium: Browser, base: str, script: bool) -> None:
    centre = person(chromium, base, "centre", script)
    centre.goto("/sessions/224566/demande-report")
    centre.get_by_label("Motif").fill("Moniteur indisponible")
    centre.get_by_role("button", name="Envoyer la demande").click()
    expect(centre.get_by_role("link", name="Indiquez la date de début souhaitée.")).to_be_visible()
    expect(centre.get_by_label("Motif")).to_have_value("Moniteur indisponible")
    expect(centre.get_by_label("Date de début souhaitée")).to_be_focused()
    ask_for(centre, 224566, "Moniteur indisponible")
    unit = person(chromium, base, "ud94", script)
    unit.goto("/avis")
    unit.get_by_role("link", name="Session 224566 : demande de report").click()
    unit.get_by_role("button", name="Accepter").click()
    expect(unit.get_by_text("Demande acceptée : du 06/07/2020 au 10/07/2020.")).to_be_visible()
    centre.goto("/avis")
    centre.get_by_role("link", name="(session 224566) acceptée").click()
    expect(centre.get_by_text("du lundi 6 juillet 2020 au vendredi 10 juillet 2020").last).to_be_visible()
    centre.goto("/sessions/224566")
    expect(centre.get_by_text("lundi 6 juillet 2020")).to_be_visible()


def test_being_refused_with_a_reason_and_withdrawing_the_next(chromium: Browser, base: str, script: bool) -> None:
    centre, unit = person(chromium, base, "centre", script), person(chromium, base, "ud94", script)
    ask_for(centre, 224566, "Salle fermée")
    unit.goto("/demandes")
    unit.locator("tr", has_text="Salle fermée").get_by_role("link", name="Répondre").click()
    unit.get_by_role("button", name="Refuser").click()
    expect(unit.get_by_role("link", name="Indiquez le motif du refus")).to_be_visible()
    unit.get_by_label("Motif du refus").fill("Jury indisponible")
    unit.get_by_role("button", name="Refuser").click()
    expect(unit.get_by_text("Demande refusée.")).to_be_visible()
    centre.reload()
    expect(centre.get_by_text("Jury indisponible")).to_be_visible()
    ask_for(centre, 224566, "Autre salle")
    centre.get_by_role("button", name="Retirer la demande").click()
    expect(centre.get_by_text("Demande retirée.")).to_be_visible()


def test_accepting_from_the_day_by_the_keyboard_alone(chromium: Browser, base: str) -> None:
    unit = person(chromium, base, "ud94", True)
    unit.goto("/")
    button = unit.get_by_role("button", name="Accepter").first.element_handle()
    for _ in range(60):
        unit.keyboard.press("Tab")
        if button.evaluate("b => b === document.activeElement"):
            break
    unit.keyboard.press("Enter")
    expect(unit.get_by_text("Demande acceptée")).to_be_visible()


PAGES = {
    "centre": [
        "/", "/demandes", "/demandes?vue=toutes", "/demandes/1", "/demandes/titre-echu", "/sessions/224565/demande-correction", "/sessions/224566/demande-report", "/sessions/224564/demande-report",
        "/avis", "/courriels-de-demonstration", "/communication", "/communication/1", "/chiffres", "/chiffres?du=x", "/sessions/224561?au=13/06/2020", "/sessions/224561?au=x",
        "/sessions/nouvelle", "/sessions/nouvelles", "/sessions/nouvelle?modele=224563", "/sessions/224575", "/sessions/224563",
        "/sessions/224563/candidats?q=bernard", "/sessions/224563/candidats/import", "/sessions/224563/jury", "/sessions/224563/jury?q=le goff",
        "/sessions/224563/annulation", "/sessions/224573/documents", "/sessions/224562/documents", "/calendrier", "/agrements",
        "/sessions", "/sessions?du=x", "/sessions?q=introuvable", "/sessions/224561", "/sessions/224566", "/sessions/224563/informations",
        "/sessions/224561/resultats", "/sessions/224562/resultats", "/sessions/224568/resultats", "/sessions/224561/candidats", "/sessions/224565/historique", "/sessions/224561/date-reelle", "/sessions/224566/informations",
        "/sessions/224567", "/sessions/224564", "/sessions/224572", "/sessions/224565/resultats", "/sessions?vue=reportees&tri=debut", "/sessions/1",
    ],
    "ud94": ["/", "/demandes", "/demandes/1", "/demandes/5", "/supervision", "/supervision?signal=taux_de_reussite", "/supervision/tirages", "/avis", "/sessions?vue=etape-lock", "/sessions", "/sessions?vue=en-retard", "/jury", "/jury/1", "/sessions/224563/jury", "/calendrier?mois=2020-03", "/sessions/224565", "/sessions/224565/resultats/correction", "/sessions/224566/report", "/sessions/224567/deverrouillage",
             "/sessions/224564/report", "/sessions/224569", "/sessions/224562/resultats", "/sessions/224565/verrouillage"],
    "region-idf": ["/", "/demandes", "/supervision", "/supervision/tirages", "/chiffres", "/sessions", "/sessions?departement=94", "/sessions/224561", "/sessions/224561/report"],
    "national": ["/", "/comptes", "/communication", "/communication/nouvelle", "/communication/fermeture", "/chiffres?departement=94", "/mesures/nouvelle", "/mesures/passages/1/reprise", "/reglages", "/agrements?q=bercy", "/jury", "/aide", "/plan-du-site", "/verifier", "/verifier/ABCD-EFGH-JKMN-PQRS", "/mesures", "/mesures/confinement-2020", "/mesures/passages/1"],
}  # fmt: skip


@pytest.fixture(scope="module")
def painted() -> dict[int, set[str]]:
    """The ways in which texts were painted so far, at each width: who looks at them changes no colour."""
    return {360: set(), 1280: set()}


@pytest.mark.parametrize("who", PAGES)
def test_axe_finds_nothing_and_nothing_runs_off_a_small_screen(
    chromium: Browser, base: str, who: str, painted: dict[int, set[str]]
) -> None:
    page = ready(person(chromium, base, who, True))
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if "Content Security" in message.text else None)
    page.set_viewport_size({"width": 360, "height": 780})
    for path in PAGES[who]:
        page.goto(path)
        problems += [f"{path}: {found}" for found in violations(page, painted[360])]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append(f"{path}: runs off at 360 pixels")
    assert problems == []


def test_axe_tells_of_what_is_wrong(chromium: Browser, base: str) -> None:
    page = ready(person(chromium, base, "centre", True))
    page.goto("/sessions")
    faults = {"Pâle": "#bbb", "Sombre": "light-dark(#000, #222)"}
    page.evaluate(
        """(faults) => {
          const main = document.querySelector("main");
          for (const [text, colour] of Object.entries(faults)) {
            const one = main.appendChild(document.createElement("strong"));
            one.className = text;
            one.textContent = text;
            one.style.color = colour;
          }
          main.appendChild(document.createElement("input"));
        }""",
        faults,
    )
    found = [one.split("<")[0] for one in violations(page, set())]
    assert sorted(found) == ["dark: color-contrast ", "light: color-contrast ", "light: label "], found


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_in_the_states_that_a_person_makes(
    chromium: Browser, base: str, width: int, painted: dict[int, set[str]]
) -> None:
    problems: list[str] = []

    def look(page: Page, state: str) -> None:
        problems.extend(f"{state}: {found}" for found in violations(page, painted[width]))

    page = ready(person(chromium, base, "centre", True))
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/sessions/224561")
    page.get_by_role("button", name="Enregistrer la date réelle").click()
    expect(page.get_by_role("link", name="Indiquez la date")).to_be_visible()
    look(page, "an error in a block")
    asked(page)
    look(page, "the question")
    page.get_by_role("button", name="Oui, valider les résultats").click()
    expect(page.get_by_text("Résultats enregistrés.", exact=True)).to_be_visible()
    look(page, "saved")
    page.goto("/sessions/224571/resultats")
    page.get_by_role("button", name="Valider la saisie des résultats").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "an error in each row")
    if width == 360:
        page.get_by_text("Menu").click()
        look(page, "the menu")
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "sign-in with errors")
    assert problems == []
