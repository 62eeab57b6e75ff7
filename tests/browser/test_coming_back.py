"""What a browser puts back by itself when one comes back to a form, and what becomes of it when it is sent."""

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.demo.data import PASSWORD
from tests.browser.people import person, sign_in

INFORMATIONS = "/sessions/{}/informations"
FORM = INFORMATIONS.format(224571)
PUT_BACK = 300  # ms, within which a browser has put back what it wants to
MINE, THEIRS = "1 rue de qui est parti", "2 rue du collègue"


def typed_and_left(page: Page) -> None:
    page.goto(FORM)
    page.get_by_label("Lieu").fill(MINE)
    page.goto("/sessions")


def saved_meanwhile(chromium: Browser, base: str, form: str = FORM) -> Page:
    other = person(chromium, base, "centre", True)
    other.goto(form)
    other.get_by_label("Lieu").fill(THEIRS)
    other.get_by_role("button", name="Enregistrer").click()
    expect(other.locator(".notice.good")).to_be_visible()
    return other


def test_what_comes_back_typed_is_sent_beside_what_it_was_typed_beside(chromium: Browser, base: str, script: bool) -> None:
    page, other = person(chromium, base, "centre", script), person(chromium, base, "centre", True)
    form = "/sessions/224571/informations"
    page.goto(form)
    page.get_by_label("Lieu").fill("1 rue de qui est parti")
    page.goto("/sessions")
    other.goto(form)
    other.get_by_label("Lieu").fill("2 rue du collègue")
    other.get_by_role("button", name="Enregistrer").click()
    expect(other.locator(".notice.good")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Lieu")).to_have_value("1 rue de qui est parti" if script else "2 rue du collègue")
    page.get_by_label("Heure de convocation").fill("09:15")
    page.get_by_role("button", name="Enregistrer").click()
    if script:
        expect(page.get_by_text("modifiée entre-temps")).to_be_visible()
        expect(page.get_by_label("Lieu")).to_have_value("1 rue de qui est parti")
    other.goto(form)
    expect(other.get_by_label("Lieu")).to_have_value("2 rue du collègue")


def test_who_comes_back_to_what_was_saved_goes_on_from_it(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    form = "/sessions/224571/informations"
    for place in ("1 rue du Port", "2 rue du Port", "3 rue du Port"):
        page.goto(form) if place.startswith("1") else page.go_back()
        page.get_by_label("Lieu").fill(place)
        page.get_by_role("button", name="Enregistrer").click()
        page.wait_for_url("**/sessions/224571")
    expect(page.get_by_text("3 rue du Port", exact=True)).to_be_visible()


@pytest.mark.parametrize("whole", ["at once", "never"])
def test_what_is_put_back_is_told_from_what_is_saved_whenever_the_page_is_whole(chromium: Browser, base: str, whole: str) -> None:
    """A browser puts back before `load` or after it."""
    page = person(chromium, base, "centre", True)
    if whole == "at once":
        page.add_init_script("delete window.structuredClone")  # portal.js then waits for nothing
    typed_and_left(page)
    other = saved_meanwhile(chromium, base)
    if whole == "never":
        page.route("**/htmx*", lambda route: None)
    page.evaluate("history.back()")
    expect(page.get_by_label("Lieu")).to_have_value(MINE)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("modifiée entre-temps")).to_be_visible()
    other.goto(FORM)
    expect(other.get_by_label("Lieu")).to_have_value(THEIRS)


def test_spaces_that_the_service_leaves_out_are_no_conflict(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    page.goto(FORM)
    page.get_by_label("Lieu").fill(" 1 rue  du Port ")
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_url("**/sessions/224571")
    page.go_back()
    expect(page.get_by_label("Lieu")).to_have_value(" 1 rue  du Port ")
    page.get_by_label("Responsable de session").fill("Camille Roux, le matin")
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_url("**/sessions/224571")


def test_who_signs_in_next_is_shown_nothing_of_what_was_typed(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    typed_and_left(page)
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/connexion")
    sign_in(page.context.request, "adjointe@demo.example", PASSWORD)
    page.evaluate("history.go(-2)")
    page.wait_for_url(f"**{FORM}")
    page.wait_for_timeout(PUT_BACK)
    expect(page.get_by_label("Lieu")).not_to_have_value(MINE)


def test_a_request_is_ticked_by_nobody_but_who_reads_it(chromium: Browser, base: str, script: bool) -> None:
    """A browser puts back ticks by their order, whatever stands there now."""
    page, other = person(chromium, base, "ud94", script), person(chromium, base, "ud94", True)
    for tab in (page, other):
        tab.goto("/demandes")
        tab.get_by_role("checkbox", name="Demande n° 1").check()
    page.goto("/sessions")
    other.get_by_role("button", name="Accepter les demandes cochées").click()
    expect(other.get_by_role("checkbox", name="Demande n° 1")).to_have_count(0)
    page.go_back()
    page.wait_for_timeout(PUT_BACK)
    expect(page.get_by_role("checkbox", name="Demande n° 2")).not_to_be_checked()
