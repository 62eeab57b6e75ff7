"""Forms that open in the place of a block, with JavaScript alone: their heading, their focus, their way back."""

import re

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.people import asked, person, question


def test_a_form_in_place_has_its_heading_and_the_tab_keeps_its_title(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    page.goto("/sessions/224566")
    title = page.title()
    page.get_by_role("link", name="Demander un report").click()
    step = page.locator("#etape")
    expect(step.get_by_role("heading", name="Demander un report", level=2)).to_be_visible()
    expect(page.get_by_label("Date de début souhaitée")).to_be_focused()
    page.get_by_role("button", name="Envoyer la demande").click()
    expect(page.get_by_role("link", name="Indiquez la date de début souhaitée.")).to_be_visible()
    expect(step.get_by_role("heading", name="Demander un report", level=2)).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page).to_have_title(f"Erreur : {title}")
    page.keyboard.press("Escape")
    expect(page).to_have_title(title)
    expect(page).to_have_url(f"{base}/sessions/224566")


def test_escape_closes_a_form_in_place_and_gives_its_link_the_focus_back(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    page.goto("/sessions/224563")
    link = page.get_by_role("link", name="Modifier les informations pratiques")
    for _ in range(2):  # what stood there works as before
        link.click()
        expect(page.get_by_label("Lieu")).to_be_visible()
        page.keyboard.press("Escape")
        expect(link).to_be_focused()
        expect(page.get_by_label("Lieu")).to_have_count(0)
    expect(page.locator("#informations").get_by_role("heading", name="Informations pratiques")).to_be_visible()


def test_escape_leads_back_from_an_error_to_the_form_that_stood_in_the_block(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    page.goto("/sessions/224561")
    field = page.get_by_label("Date réelle de fin de session")
    for _ in range(2):
        page.get_by_role("button", name="Enregistrer la date réelle").click()
        expect(page.get_by_role("link", name="Indiquez la date")).to_be_visible()
        expect(field).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_role("alert")).to_have_count(0)
        expect(field).to_be_focused()


def test_two_forms_open_at_once_answer_each_in_its_own_place(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    page.goto("/sessions/224561")
    above, below = page.locator("#etape"), page.locator("#informations")
    above.get_by_label("Date réelle de fin de session").fill("2020-03-01")
    above.get_by_role("button", name="Enregistrer la date réelle").click()
    expect(above.get_by_role("alert")).to_be_visible()
    page.get_by_role("link", name="Modifier les informations pratiques").click()
    below.get_by_label("Lieu").fill("")
    below.get_by_role("button", name="Enregistrer").click()
    expect(below.get_by_role("alert")).to_be_visible()
    expect(below.get_by_label("Lieu")).to_be_focused()
    expect(above.get_by_label("Date réelle de fin de session")).to_have_value("2020-03-01")
    page.keyboard.press("Escape")
    expect(below.get_by_label("Lieu")).to_have_count(0)
    expect(above.get_by_role("alert")).to_be_visible()


def test_a_form_that_cannot_be_taken_goes_on_in_its_first_wrong_field(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "ud94", True)
    page.goto("/sessions/224566")
    page.get_by_role("link", name="Reporter la session").click()
    page.get_by_label("Nouvelle date de début").fill("")
    page.get_by_label("Nouvelle date de fin").fill("2020-07-10")
    page.get_by_role("button", name="Enregistrer le report").click()
    expect(page.get_by_role("link", name="Indiquez la nouvelle date de début.")).to_be_visible()
    expect(page.get_by_label("Nouvelle date de début")).to_be_focused()


def test_no_leads_back_to_the_date_and_what_is_typed_is_still_guarded(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    asked(page)
    page.get_by_role("button", name="Non, revenir à la saisie").click()
    expect(question(page)).to_have_count(0)
    expect(page.get_by_role("link", name="modifier la date réelle")).to_be_focused()
    expect(page.locator(".row input[value=titre]:checked")).to_have_count(40)
    page.get_by_role("button", name="Valider la saisie des résultats").click()
    expect(page.get_by_role("button", name="Non, revenir à la saisie")).to_be_focused()


def test_the_question_is_read_out_with_its_date_and_its_warning(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    asked(page)
    box = page.get_by_role("alertdialog", name="Êtes-vous sûr d’avoir saisi la date RÉELLE de fin de session ?")
    expect(box).to_have_accessible_description(re.compile("ATTENTION !.*vendredi 12 juin 2020.*40 résultats seront enregistrés"))
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(page.get_by_role("button", name="Valider la saisie des résultats")).to_be_focused()


@pytest.mark.parametrize(("width", "height"), [(360, 740), (320, 256)])
def test_all_of_the_question_can_be_reached_on_a_small_screen(chromium: Browser, base: str, width: int, height: int) -> None:
    page = person(chromium, base, "centre", True)
    page.set_viewport_size({"width": width, "height": height})
    asked(page)
    dialog = page.get_by_role("alertdialog")
    expect(dialog.get_by_text("ATTENTION !")).to_be_in_viewport()
    assert dialog.evaluate("d => d.scrollTop") == 0
    for words in (
        dialog.get_by_role("heading"),
        dialog.get_by_text("vendredi 12 juin 2020"),
        dialog.get_by_text("seront enregistrés"),
    ):
        words.scroll_into_view_if_needed()
        expect(words).to_be_in_viewport(ratio=0.9)
        middle = "e => { const r = e.getBoundingClientRect(); return document.elementFromPoint(r.x + 5, r.y + r.height / 2) }"
        assert words.evaluate(f"e => e.contains(({middle})(e))"), "something lies over it"
    for answer in ("Oui, valider les résultats", "Non, revenir à la saisie"):
        page.keyboard.press("Tab")
        page.get_by_role("button", name=answer).scroll_into_view_if_needed()
        expect(page.get_by_role("button", name=answer)).to_be_in_viewport(ratio=1)


def test_both_answers_to_the_question_are_in_sight_on_a_small_screen(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    page.set_viewport_size({"width": 360, "height": 700})
    asked(page)
    for answer in ("Non, revenir à la saisie", "Oui, valider les résultats"):
        expect(page.get_by_role("button", name=answer)).to_be_in_viewport(ratio=1)


def test_a_row_that_was_wrong_is_right_once_it_is_filled_in_and_the_others_stay_as_typed(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    page.goto("/sessions/224571/resultats")
    rows = page.locator(".row")
    validate = page.get_by_role("button", name="Valider la saisie des résultats")
    validate.click()
    expect(page.locator(".row.wrong")).to_have_count(rows.count())
    first = rows.first.get_by_role("radio").first
    expect(first).to_be_focused()
    expect(first).to_be_in_viewport(ratio=1)
    group = rows.first.get_by_role("radiogroup")
    expect(group).to_have_accessible_description(re.compile("Choisissez un résultat pour D’AUBIGNÉ Éloïse"))
    rows.first.get_by_label("Absent").check()
    expect(page.locator(".row.wrong")).to_have_count(rows.count() - 1)
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(rows.count() - 1)
    expect(rows.first.locator("[aria-invalid]")).to_have_count(0)
    validate.click()
    expect(page.locator(".row.wrong")).to_have_count(rows.count() - 1)
    expect(rows.first.get_by_label("Absent")).to_be_checked()
    expect(rows.nth(1).get_by_role("radio").first).to_be_focused()


def test_a_service_that_does_not_answer_says_so_in_place(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    page.goto("/sessions/224563")

    def gone(route: Route) -> None:
        route.continue_(url=f"{base}/sessions/999999/informations")

    page.route("**/sessions/224563/informations", gone)
    page.get_by_role("link", name="Modifier les informations pratiques").click()
    expect(page.get_by_role("heading", name="Page introuvable")).to_be_visible()
    expect(page.get_by_role("navigation", name="Navigation principale")).to_have_count(1)
