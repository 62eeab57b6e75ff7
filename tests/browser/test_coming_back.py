"""What a browser puts back by itself when one comes back to a form, and what becomes of it when it is sent."""

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from portal.demo.data import PASSWORD
from tests.browser.people import person, sign_in

FORM = "/sessions/224571/informations"
MINE, THEIRS = "1 rue de qui est parti", "2 rue du collègue"


SIGN = '<form><label>Signe<input id="sign"></label></form>'


def signed(page: Page, address: str) -> None:
    """Puts a field that a browser puts back onto this page: once that is done, so is all else that it wants to put back."""

    def beside(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</main>", f"{SIGN}</main>"))

    page.route(f"**{address}", beside)


def put_back(page: Page) -> None:
    expect(page.locator("#sign")).to_have_value("typed")


def typed_and_left(page: Page) -> None:
    page.goto(FORM)
    page.get_by_label("Lieu").fill(MINE)
    page.goto("/sessions")


def saved_meanwhile(chromium: Browser, base: str) -> Page:
    other = person(chromium, base, "centre", True)
    other.goto(FORM)
    other.get_by_label("Lieu").fill(THEIRS)
    other.get_by_role("button", name="Enregistrer").click()
    expect(other.locator(".notice.good")).to_be_visible()
    return other


def test_what_comes_back_typed_is_sent_beside_what_it_was_typed_beside(chromium: Browser, base: str, script: bool) -> None:
    page = person(chromium, base, "centre", script)
    typed_and_left(page)
    other = saved_meanwhile(chromium, base)
    page.go_back()
    expect(page.get_by_label("Lieu")).to_have_value(MINE if script else THEIRS)
    page.get_by_label("Heure de convocation").fill("09:15")
    page.get_by_role("button", name="Enregistrer").click()
    if script:
        expect(page.get_by_text("modifiée entre-temps")).to_be_visible()
        expect(page.get_by_label("Lieu")).to_have_value(MINE)
    else:
        expect(page.locator(".notice.good")).to_be_visible()
    other.goto(FORM)
    expect(other.get_by_label("Lieu")).to_have_value(THEIRS)


def test_who_comes_back_to_what_was_saved_goes_on_from_it(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    for place in ("1 rue du Port", "2 rue du Port", "3 rue du Port"):
        page.goto(FORM) if place.startswith("1") else page.go_back()
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
    signed(page, FORM)
    page.goto(FORM)
    page.get_by_label("Lieu").fill(MINE)
    page.locator("#sign").fill("typed")
    page.goto("/sessions")
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/connexion")
    sign_in(page.context.request, "adjointe@demo.example", PASSWORD)
    page.evaluate("history.go(-2)")
    page.wait_for_url(f"**{FORM}")
    put_back(page)
    expect(page.get_by_label("Lieu")).not_to_have_value(MINE)


def test_a_request_is_ticked_by_nobody_but_who_reads_it(chromium: Browser, base: str, script: bool) -> None:
    """A browser puts back ticks by their order, whatever stands there now."""
    page, other = person(chromium, base, "ud94", script), person(chromium, base, "ud94", True)
    signed(page, "/demandes")
    for tab in (page, other):
        tab.goto("/demandes")
        tab.get_by_role("checkbox", name="Demande n° 1").check()
    page.locator("#sign").fill("typed")
    page.goto("/sessions")
    other.get_by_role("button", name="Accepter les demandes cochées").click()
    expect(other.get_by_role("checkbox", name="Demande n° 1")).to_have_count(0)
    page.go_back()
    put_back(page)
    expect(page.get_by_role("checkbox", name="Demande n° 2")).not_to_be_checked()


def test_no_tick_of_a_list_of_people_is_put_back(chromium: Browser, base: str, script: bool) -> None:
    """A browser puts ticks back by their order, whoever stands there now."""
    page, address = person(chromium, base, "centre", script), "/sessions/224563/jury"
    signed(page, address)
    page.goto(address)
    boxes = page.locator("main input[type=checkbox]")
    stood = [box.is_checked() for box in boxes.all()]
    page.locator("details.links > summary").first.click()
    boxes.first.set_checked(not stood[0])
    page.locator("#sign").fill("typed")
    page.goto("/sessions")
    page.go_back()
    put_back(page)
    assert [box.is_checked() for box in boxes.all()] == stood
