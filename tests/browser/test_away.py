"""The service does not answer while a sheet of forty is filled in: it is said, nothing is lost, and one click goes on."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import fill_sheet, person

NUMBER = 224562
FAULTS = {
    "cut": lambda route: route.abort("connectionreset"),
    "proxy": lambda route: route.fulfill(status=502, body="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html"),
    "away": lambda route: route.fulfill(status=503, body="<h1>Service momentanément indisponible</h1>", content_type="text/html"),
}


def ticked(page: Page) -> int:
    return page.locator(".row input[type=radio]:checked:not([value=''])").count()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_sheet_that_was_not_answered_stays_and_is_sent_again_by_one_click(chromium: Browser, base: str, fault: str) -> None:
    page = person(chromium, base, "centre", True)
    fill_sheet(page, NUMBER)
    rows = page.locator(".row").count()
    page.route(f"**/sessions/{NUMBER}/resultats", FAULTS[fault])
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    told = page.get_by_role("alert").filter(has_text="Non enregistré : le service ne répond pas")
    expect(told).to_contain_text("Votre saisie est encore à l’écran")
    again = told.get_by_role("button", name="Réessayer")
    expect(again).to_be_focused()
    assert ticked(page) == rows
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.evaluate("() => { location.href = '/sessions'; }")
    assert ticked(page) == rows, "who would leave is asked first"
    page.unroute(f"**/sessions/{NUMBER}/resultats")
    again.click()
    expect(page.get_by_text("Brouillon enregistré")).to_be_visible()
    expect(told).to_have_count(0)


def test_a_form_that_does_not_open_says_so_beside_its_link(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    page.goto("/sessions/224563")
    page.route("**/sessions/224563/informations", FAULTS["cut"])
    page.get_by_role("link", name="Modifier les informations pratiques").click()
    told = page.get_by_role("alert").filter(has_text="Le service ne répond pas. Rien n’a changé à l’écran.")
    expect(told).to_be_visible()
    page.unroute("**/sessions/224563/informations")
    told.get_by_role("button", name="Réessayer").click()
    expect(page.get_by_label("Lieu")).to_be_visible()
