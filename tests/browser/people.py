"""What people do in a browser again and again."""

from playwright.sync_api import Browser, Locator, Page, expect

from portal.demo.data import PASSWORD
from tests.support.server import Scheme


def person(chromium: Browser, base: str, name: str, script: bool, scheme: Scheme = "light") -> Page:
    context = chromium.new_context(java_script_enabled=script, locale="fr-FR", base_url=base, color_scheme=scheme)
    page = context.new_page()
    page.goto("/connexion")
    page.get_by_label("Adresse électronique").fill(f"{name}@demo.example")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Bonjour. Voici")).to_be_visible()
    page.goto("/sessions")
    return page


def fill_sheet(page: Page, number: int = 224562) -> None:
    page.goto(f"/sessions/{number}/resultats")
    for row in page.locator(".row").all():
        row.get_by_label("Titre obtenu").check()


def question(page: Page) -> Locator:
    return page.get_by_role("heading", name="Êtes-vous sûr d’avoir saisi la date RÉELLE de fin de session ?")


def asked(page: Page) -> None:
    fill_sheet(page)
    page.get_by_role("button", name="Valider la saisie des résultats").click()
    expect(question(page)).to_be_visible()
