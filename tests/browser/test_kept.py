"""What this browser keeps of a sheet of results."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.browser.people import person, saved_meanwhile

KEPT = "() => Object.keys(localStorage).filter((key) => key.startsWith('saisie.'))"

SHEET = "/sessions/224571/resultats"


def type_in(page: Page, *outcomes: str) -> None:
    """So much typed into the first rows of the sheet; "": nothing into this one."""
    page.goto(SHEET)
    for row, outcome in zip(page.locator(".row").all(), outcomes, strict=False):
        if outcome:
            row.get_by_text(outcome, exact=True).click()


def typed_and_left(page: Page, *outcomes: str) -> None:
    """The same, and left to this browser."""
    page.on("dialog", lambda dialog: dialog.accept())
    type_in(page, *outcomes)
    page.goto("/sessions")


def colleague(chromium: Browser, base: str, *outcomes: str) -> Page:
    """Somebody else of the centre, who has saved a draft meanwhile."""
    page = person(chromium, base, "centre", True)
    type_in(page, *outcomes)
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.locator(".notice.good")).to_be_visible()
    return page


def stands(page: Page, many: int = 3) -> list[str]:
    checked = "row => row.querySelector('input:checked')?.closest('label').textContent.trim() ?? ''"
    return page.locator(".row").evaluate_all(f"rows => rows.slice(0, {many}).map({checked})")


def kept_sheets(page: Page) -> list[str]:
    found: list[str] = page.evaluate(KEPT)
    return found


def test_what_was_typed_beside_what_a_colleague_saved_is_told_put_back_by_hand_or_wiped(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    typed_and_left(page, "Échec", "Titre obtenu")
    other = colleague(chromium, base, "Titre obtenu", "", "Absent")
    for _ in range(2):  # as long as nobody has decided
        page.goto(SHEET)
        told = page.locator(".notice").filter(has_text="n’est pas remise : d’autres résultats ont été enregistrés depuis")
        expect(told).to_contain_text("Votre saisie d’il y a")
        names = [row.locator("legend").inner_text().splitlines()[0] for row in page.locator(".row").all()[:2]]
        expect(told).to_contain_text(f"pour 2 candidats ({', '.join(names)}).")
        assert stands(page) == ["Titre obtenu", "", "Absent"]
    assert not Axe().run(page).response["violations"]
    told.get_by_role("button", name="Remettre ma saisie").click()
    expect(page.get_by_text("est remise ci-dessous. Elle n’est pas enregistrée.")).to_be_visible()
    assert stands(page) == ["Échec", "Titre obtenu", "Absent"] and page.locator("[data-filled]").inner_text() == "3"
    other.reload()
    assert stands(other) == ["Titre obtenu", "", "Absent"], "nothing is saved by it"
    page.reload()
    expect(page.get_by_text("est remise ci-dessous")).to_be_visible()
    assert stands(page) == ["Échec", "Titre obtenu", "Absent"] and len(kept_sheets(page)) == 1
    page.get_by_role("button", name="L’effacer").click()
    assert stands(page) == ["Titre obtenu", "", "Absent"] and kept_sheets(page) == []
    typed_and_left(page, "Absent")
    saved_meanwhile(chromium, base, SHEET, "Échec")
    page.goto(SHEET)
    told.get_by_role("button", name="L’effacer").click()
    assert stands(page) == ["Échec", "", "Absent"] and kept_sheets(page) == []
    page.reload()
    expect(told).to_have_count(0)


def test_going_back_undoes_nothing_that_a_colleague_saved(chromium: Browser, base: str) -> None:
    """The browser's own memory of a form comes after the script, beside a version that is newer than what was typed."""
    page = person(chromium, base, "centre", True)
    typed_and_left(page, "Échec")
    saved_meanwhile(chromium, base, SHEET, "Titre obtenu")
    page.go_back()
    expect(page.get_by_text("n’est pas remise")).to_be_visible()
    assert stands(page)[0] == "Titre obtenu"


@pytest.mark.parametrize("in_place", [True, False], ids=["in place", "as a page"])
def test_what_is_refused_beside_what_a_colleague_saved_is_still_told_later(chromium: Browser, base: str, in_place: bool) -> None:
    page = person(chromium, base, "centre", True)
    page.on("dialog", lambda dialog: dialog.accept())
    if not in_place:
        page.route("**/htmx*", lambda route: route.abort())
    page.goto(SHEET)
    page.locator(".row").first.get_by_text("Échec").click()
    saved_meanwhile(chromium, base, SHEET, "Titre obtenu", "Absent")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.get_by_text("Votre saisie : Échec.")).to_be_visible()
    page.locator(".row").nth(2).get_by_text("Échec").click()
    page.goto(SHEET)
    assert stands(page) == ["Titre obtenu", "Absent", ""]
    page.get_by_role("button", name="Remettre ma saisie").click()
    assert stands(page) == ["Échec", "Absent", "Échec"]


def test_what_was_typed_and_is_saved_since_is_not_spoken_of(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    typed_and_left(page, "Échec")
    saved_meanwhile(chromium, base, SHEET, "Échec", "Absent")
    assert len(kept_sheets(page)) == 1
    page.goto(SHEET)
    assert stands(page) == ["Échec", "Absent", ""] and kept_sheets(page) == []
    expect(page.locator(".notice")).to_have_count(0)


def test_a_sheet_outlives_what_else_is_said_of_its_session_until_its_results_are_entered(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    typed_and_left(page, "Échec")
    page.goto("/sessions/224571/informations")
    page.get_by_label("Lieu").fill("3 rue du Port, 94000 Créteil")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".notice.good")).to_be_visible()
    assert len(kept_sheets(page)) == 1
    other = person(chromium, base, "centre", True)
    other.goto(f"{SHEET}?tous=titre")
    other.get_by_role("button", name="Valider la saisie").click()
    other.wait_for_url("**/sessions/224571")
    page.goto(SHEET)
    told = page.locator(".notice").filter(has_text="gardée dans ce navigateur, ne peut pas être enregistrée maintenant")
    expect(told).to_be_visible()
    told.get_by_role("button", name="L’effacer").click()
    assert kept_sheets(page) == [] and kept_sheets(other) == []


def test_two_tabs_keep_what_was_typed_in_each(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    page.on("dialog", lambda dialog: dialog.accept())
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(SHEET)
    page.locator(".row").nth(0).get_by_text("Échec").click()
    other.locator(".row").nth(1).get_by_text("Absent").click()
    page.locator(".row").nth(2).get_by_text("Échec").click()
    page.goto(SHEET)
    assert stands(page) == ["Échec", "Absent", "Échec"] and len(kept_sheets(page)) == 1


def test_two_tabs_keep_what_was_typed_in_each_also_where_one_was_filled_in_by_a_file(chromium: Browser, base: str) -> None:
    saved_meanwhile(chromium, base, SHEET, "", "Absent")
    page = person(chromium, base, "centre", True)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(SHEET)
    other = page.context.new_page()
    head, *lines = page.request.get(f"{base}{SHEET}/modele.csv").text().splitlines()
    cells = lines[1].split(";")
    cells[head.split(";").index("résultat")] = "Titre obtenu"
    other.goto(f"{SHEET}/fichier")
    file = {"name": "r.csv", "mimeType": "text/csv", "buffer": f"{head}\n{';'.join(cells)}".encode()}
    other.set_input_files("input[type=file]", file)  # type: ignore[arg-type]
    other.locator("main form button").last.click()
    expect(other.locator(".row").nth(1).get_by_label("Titre obtenu")).to_be_checked()
    page.locator(".row").nth(0).get_by_text("Échec").click()
    other.locator(".row").nth(2).get_by_text("Absent").click()
    page.goto(SHEET)
    assert stands(page) == ["Échec", "Titre obtenu", "Absent"]


def test_all_obtained_takes_nothing_that_was_saved_for_typed(chromium: Browser, base: str) -> None:
    saved_meanwhile(chromium, base, SHEET, "Titre obtenu")
    page = person(chromium, base, "centre", True)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{SHEET}?tous=titre")
    page.locator(".row").nth(2).get_by_text("Échec").click()
    page.goto("/sessions")
    saved_meanwhile(chromium, base, SHEET, "Échec")
    page.goto(SHEET)
    told = page.locator(".notice").filter(has_text="n’est pas remise")
    first, second = (row.locator("legend").inner_text().splitlines()[0] for row in page.locator(".row").all()[:2])
    expect(told).to_contain_text(second)
    expect(told).not_to_contain_text(first)


def test_what_is_typed_beside_a_sheet_that_was_put_back_outlives_its_wiping(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    typed_and_left(page, "Échec", "Absent")
    page.goto(SHEET)
    page.locator(".row").nth(1).get_by_text("Titre obtenu").click()
    page.locator(".row").nth(2).get_by_text("Échec").click()
    page.get_by_role("button", name="L’effacer").click()
    assert stands(page) == ["", "Titre obtenu", "Échec"]
    page.goto(SHEET)
    assert stands(page) == ["", "Titre obtenu", "Échec"]


def test_signing_out_asks_nothing_where_nothing_differs_from_what_is_saved(chromium: Browser, base: str) -> None:
    page = colleague(chromium, base, "Titre obtenu")
    asked = list[str]()

    def told(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", told)
    for outcome in ("Échec", "Titre obtenu"):
        page.locator(".row").first.get_by_text(outcome, exact=True).click()
    page.goto("/sessions")
    assert len(kept_sheets(page)) == 1
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/connexion")
    assert asked == ["beforeunload"]


MALFORMED = (
    "{",
    "null",
    '{"at": 9e15}',
    '{"at": 9e15, "picked": "x"}',
    '{"at": 9e15, "picked": "[1]"}',
    '{"at": "x", "picked": "[]"}',
)


@pytest.mark.parametrize("entry", MALFORMED)
def test_an_entry_that_nobody_can_read_stops_nothing(chromium: Browser, base: str, entry: str) -> None:
    page, wrong = person(chromium, base, "centre", True), list[str]()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    typed_and_left(page, "Échec")
    page.evaluate("entry => { for (const key of Object.keys(localStorage)) localStorage.setItem(key, entry); }", entry)
    page.evaluate("entry => localStorage.setItem(`recentes.${document.body.dataset.account}`, entry)", entry)
    typed_and_left(page, "", "Absent")
    page.goto(SHEET)
    assert stands(page) == ["", "Absent", ""] and wrong == []


def test_an_entry_that_nobody_can_read_hides_no_other(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    page.on("dialog", answer)
    page.goto(SHEET)
    page.locator(".row").first.get_by_text("Échec", exact=True).click()
    page.goto("/sessions")
    asked.clear()
    page.evaluate("localStorage.setItem('saisie.1.zz.q', '{')")
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_label("Mot de passe", exact=True)).to_be_visible()
    assert len(asked) == 1 and "ne sont pas enregistrés" in asked[0]


def test_an_older_sheet_that_nobody_decided_on_outlives_a_refusal_as_a_page(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    typed_and_left(page, "Échec")
    saved_meanwhile(chromium, base, SHEET, "Titre obtenu")
    page.route("**/htmx*", lambda route: route.abort())
    page.goto(SHEET)
    page.locator(".row").nth(1).get_by_text("Absent").click()
    page.get_by_role("button", name="Valider la saisie").click()
    expect(page.locator(".summary")).to_be_visible()
    page.locator(".row").nth(2).get_by_text("Échec").click()
    page.goto(SHEET)
    assert stands(page) == ["Titre obtenu", "Absent", "Échec"]
    page.get_by_role("button", name="Remettre ma saisie").click()
    assert stands(page) == ["Échec", "Absent", "Échec"]


def test_what_is_put_back_in_one_tab_outdates_nothing_of_another(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    typed_and_left(page, "Échec")
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(SHEET)
    page.locator(".row").nth(0).get_by_text("Titre obtenu").click()
    other.locator(".row").nth(1).get_by_text("Absent").click()
    page.goto(SHEET)
    assert stands(page) == ["Titre obtenu", "Absent", ""]


def test_a_wiping_takes_nothing_that_another_tab_typed_since(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    typed_and_left(page, "Échec", "Absent")
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(SHEET)
    page.locator(".row").nth(1).get_by_text("Titre obtenu").click()
    page.locator(".row").nth(2).get_by_text("Échec").click()
    other.get_by_role("button", name="L’effacer").click()
    assert stands(other) == ["", "", ""]
    other.goto(SHEET)
    assert stands(other) == ["", "Titre obtenu", "Échec"]


def test_a_wiping_takes_nothing_that_was_typed_before_the_sheet_was_put_back(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    typed_and_left(page, "Échec")
    saved_meanwhile(chromium, base, SHEET, "Titre obtenu")
    page.goto(SHEET)
    page.locator(".row").nth(2).get_by_text("Absent").click()
    page.get_by_role("button", name="Remettre ma saisie").click()
    assert stands(page) == ["Échec", "", "Absent"]
    page.get_by_role("button", name="L’effacer").click()
    assert stands(page) == ["Titre obtenu", "", "Absent"]
    page.goto(SHEET)
    assert stands(page) == ["Titre obtenu", "", "Absent"]


def test_all_obtained_is_kept_beside_what_was_typed_before(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    typed_and_left(page, "", "", "Échec")
    page.goto(f"{SHEET}?tous=titre")
    page.locator(".row").nth(1).get_by_text("Absent").click()
    page.goto(SHEET)
    assert stands(page) == ["Titre obtenu", "Absent", "Échec"]
