"""The main job in a real browser, with JavaScript and without, on the demonstration."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from portal.demo.data import PASSWORD
from tests.support.server import CHROMIUM, demonstration


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def base(tmp_path: Path) -> Iterator[str]:
    with demonstration(tmp_path) as address:
        yield address


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def person(chromium: Browser, base: str, name: str, script: bool, scheme: str = "light") -> Page:
    context = chromium.new_context(java_script_enabled=script, locale="fr-FR", base_url=base, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/connexion")
    page.get_by_label("Adresse électronique").fill(f"{name}@demo.example")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Sessions", exact=True)).to_be_visible()
    return page


def test_a_centre_enters_the_date_and_the_results_and_its_unit_corrects_and_locks(
    chromium: Browser, base: str, script: bool
) -> None:
    page = person(chromium, base, "centre", script)
    page.goto("/sessions/224561/resultats")
    expect(page.get_by_text("doit être saisie avant les résultats")).to_be_visible()
    page.get_by_label("Date réelle de fin de session").fill("2020-06-12")
    page.get_by_role("button", name="Enregistrer la date réelle").click()
    page.goto("/sessions/224561/resultats")
    rows = page.locator(".row")
    for row in rows.all()[1:]:
        row.get_by_label("Titre obtenu").check()
    page.get_by_role("button", name="Valider la saisie des résultats").click()
    expect(page.get_by_role("link", name="Choisissez un résultat pour")).to_be_visible()
    expect(rows.nth(5).get_by_label("Titre obtenu")).to_be_checked()
    rows.nth(0).get_by_label("Réussite partielle").check()
    rows.nth(0).get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Valider la saisie des résultats").click()
    question = page.get_by_role("heading", name="Êtes-vous sûr d’avoir saisi la date RÉELLE de fin de session ?")
    expect(question).to_be_visible()
    expect(page.locator("dialog[open]")).to_have_count(1 if script else 0)
    expect(page.get_by_text("vendredi 12 juin 2020").last).to_be_visible()
    expect(page.get_by_role("button", name="Non, revenir à la saisie")).to_be_focused()
    page.get_by_role("button", name="Non, revenir à la saisie").click()
    expect(question).to_have_count(0)
    expect(page.locator(".row").nth(0).get_by_label("Réussite partielle")).to_be_checked()
    page.get_by_role("button", name="Valider la saisie des résultats").click()
    page.get_by_role("button", name="Oui, valider les résultats").click()
    expect(page.get_by_text("Résultats enregistrés.", exact=True)).to_be_visible()
    page.goto("/sessions/224561/resultats")
    expect(page.get_by_role("button", name="Valider la saisie des résultats")).to_have_count(0)
    expect(page.get_by_text("seule l’UD 94").first).to_be_visible()

    unit = person(chromium, base, "ud94", script)
    unit.goto("/sessions/224561")
    unit.get_by_role("link", name="Corriger les résultats").first.click()
    unit.locator(".row").nth(1).get_by_label("Échec").check()
    unit.get_by_label("Motif").fill("Erreur de lecture du procès-verbal")
    unit.get_by_role("button", name="Enregistrer les corrections").click()
    expect(unit.get_by_text("Corrections enregistrées.")).to_be_visible()
    unit.get_by_role("button", name="Verrouiller la session").click()
    expect(unit.get_by_role("link", name="Déverrouiller la session")).to_be_visible()


def test_a_unit_postpones_and_the_centre_finds_224566(chromium: Browser, base: str, script: bool) -> None:
    unit = person(chromium, base, "ud94", script)
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


PAGES = {
    "centre": [
        "/sessions", "/sessions?du=x", "/sessions?q=introuvable", "/sessions/224561", "/sessions/224566", "/sessions/224563/informations",
        "/sessions/224561/resultats", "/sessions/224562/resultats", "/sessions/224568/resultats", "/sessions/224561/candidats", "/sessions/1",
    ],
    "ud94": ["/sessions", "/sessions/224565", "/sessions/224565/resultats/correction", "/sessions/224566/report", "/sessions/224567/deverrouillage"],
    "national": ["/mesures", "/mesures/confinement-2020", "/mesures/passages/1"],
}  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("who", PAGES)
def test_axe_finds_nothing_and_nothing_runs_off_a_small_screen(chromium: Browser, base: str, who: str, scheme: str) -> None:
    page = person(chromium, base, who, True, scheme)
    problems = []
    page.on("console", lambda message: problems.append(message.text) if "Content Security" in message.text else None)
    page.set_viewport_size({"width": 360, "height": 780})
    for path in PAGES[who]:
        page.goto(path)
        found = Axe().run(page)
        problems += [f"{path}: {v['id']} {v['nodes'][0]['html'][:120]}" for v in found.response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append(f"{path}: runs off at 360 pixels")
    assert problems == []
