"""Small comforts of the script: search with one key, sessions opened last, a sheet kept as one types, errors that go when mended."""

import re

from playwright.sync_api import Browser, Dialog, Page, Route, expect

from tests.browser.people import person

KEPT = "() => Object.keys(localStorage).filter((key) => key.startsWith('saisie.') || key.startsWith('recentes.'))"


def chosen(page: Page, name: str) -> bool:
    return page.locator(".row").filter(has_text=name).get_by_label("Titre obtenu").is_checked()


def test_one_key_leads_to_the_search_unless_it_is_switched_off(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    page.goto("/compte")
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page).to_have_url(f"{base}/sessions#q")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("22/06")
    expect(page.locator("#q")).to_have_value("22/06")  # in a field it is a sign like another
    page.goto("/compte")
    page.get_by_label("La touche « / » mène à la recherche").uncheck()
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page).to_have_url(f"{base}/compte")


def test_a_sheet_is_kept_as_one_types_and_forgotten_at_sign_out(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    page.goto("/sessions/224571/resultats")
    row = page.locator(".row").first
    name = row.locator("legend").inner_text().splitlines()[0]
    row.get_by_text("Titre obtenu").click()
    expect(page.get_by_text("Gardé dans ce navigateur il y a")).to_be_visible()
    page.goto("/sessions/224563")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/sessions/224571/resultats")
    expect(page.get_by_text("gardée dans ce navigateur, est remise")).to_be_visible()
    assert chosen(page, name) and page.locator("[data-filled]").inner_text() == "1"
    page.get_by_role("button", name="L’effacer").click()
    assert not chosen(page, name)
    page.locator(".row").first.get_by_text("Échec").click()
    page.goto("/sessions")
    assert page.locator("[data-recent] a").all_inner_texts() == ["224571", "224563"]
    assert len(page.evaluate(KEPT)) == 2
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/connexion")
    assert page.evaluate(KEPT) == []


def test_an_error_goes_when_its_field_is_mended(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    page.goto("/sessions/224566/demande-report")
    page.get_by_role("button", name="Envoyer la demande").click()
    expect(page).to_have_title("Erreur : Demander un report, session 224566 · Portail des sessions")
    for label in ("Date de début souhaitée", "Date de fin souhaitée"):
        field = page.get_by_label(label)
        expect(field).to_have_attribute("aria-invalid", "true")
        field.fill("2020-07-20")
        expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("link", name="Indiquez la date")).to_have_count(0)
    page.get_by_label("Motif").fill("Salle fermée.")
    expect(page.locator(".summary")).to_have_count(0)
    expect(page).to_have_title("Demander un report, session 224566 · Portail des sessions")


def test_who_was_just_taken_off_a_list_is_put_back_from_the_message_that_says_so(
    chromium: Browser, base: str, script: bool
) -> None:
    page = person(chromium, base, "centre", script)
    page.goto("/sessions/224563/jury")
    seats = page.locator(".people").first.locator("li")
    before = seats.all_inner_texts()
    seats.first.get_by_role("button").click()
    expect(page.get_by_text("ne siège plus au jury")).to_be_visible()
    assert len(seats.all()) == len(before) - 1
    page.locator(".undone").get_by_role("button", name="Annuler").click()
    expect(page.get_by_text("siège au jury")).to_be_visible()
    assert sorted(seats.all_inner_texts()) == sorted(before)
    expect(page.locator(".undone")).to_have_count(0)


def test_signing_out_with_results_that_are_not_saved_asks_once(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    page.goto("/sessions/224571/resultats")
    row, asked = page.locator(".row").first, list[str]()
    name = row.locator("legend").inner_text().splitlines()[0]

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept() if len(asked) > 1 else dialog.dismiss()

    page.on("dialog", answer)
    row.get_by_text("Titre obtenu").click()
    page.get_by_role("button", name="Se déconnecter").click()
    assert asked == ["confirm"] and chosen(page, name) and len(page.evaluate(KEPT)) == 2
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/connexion")
    assert asked == ["confirm", "confirm"] and page.evaluate(KEPT) == []


def test_a_sheet_wiped_clean_is_left_without_a_warning(chromium: Browser, base: str) -> None:
    page, asked = person(chromium, base, "centre", True), list[str]()
    page.goto("/sessions/224571/resultats")

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.locator(".row").first.get_by_text("Titre obtenu").click()
    page.goto("/sessions/224571/resultats")
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="L’effacer").click()
    page.goto("/sessions")
    assert asked == ["beforeunload"]


def test_a_file_and_all_obtained_fill_in_beside_what_was_kept(chromium: Browser, base: str) -> None:
    page, sheet = person(chromium, base, "centre", True), "/sessions/224571/resultats"
    page.on("dialog", lambda dialog: dialog.accept())
    rows = page.locator(".row")
    page.goto(sheet)
    rows.nth(0).get_by_text("Échec").click()
    page.get_by_role("link", name="Tous : Titre obtenu").click()
    page.wait_for_url("**/resultats?tous=titre")
    expect(rows.nth(0).get_by_label("Échec")).to_be_checked()
    expect(rows.nth(1).get_by_label("Titre obtenu")).to_be_checked()
    rows.nth(2).get_by_text("Échec").click()
    head, first = page.request.get(f"{base}{sheet}/modele.csv").text().splitlines()[:2]
    line = first.split(";")
    line[head.split(";").index("résultat")] = "Absent"
    page.goto(f"{sheet}/fichier")
    page.set_input_files(
        "input[type=file]", {"name": "r.csv", "mimeType": "text/csv", "buffer": f"{head}\n{';'.join(line)}".encode()}
    )
    page.locator("main form button").last.click()
    expect(rows.nth(0).get_by_label("Absent")).to_be_checked()
    expect(rows.nth(2).get_by_label("Échec")).to_be_checked()
    expect(page.get_by_text("est remise ci-dessous")).to_be_visible()


def test_a_sheet_is_kept_while_something_else_of_the_session_changes(chromium: Browser, base: str) -> None:
    page, sheet = person(chromium, base, "centre", True), "/sessions/224571/resultats"
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(sheet)
    page.locator(".row").first.get_by_text("Échec").click()
    name = page.locator(".row input[name^=resultat]").first.get_attribute("name") or ""
    page.goto(f"/sessions/224571/candidats/{name.split('-')[1]}/amenagements")
    page.locator("textarea").fill("Tiers temps")
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_url(re.compile(r"/candidats/\d+$"))
    page.goto(sheet)
    expect(page.locator(".row").first.get_by_label("Échec")).to_be_checked()
    expect(page.get_by_text("est remise ci-dessous")).to_be_visible()


def test_what_is_typed_while_the_answer_is_on_its_way_stays(chromium: Browser, base: str) -> None:
    page, waiting = person(chromium, base, "centre", True), list[Route]()
    page.goto("/sessions/224566")
    page.get_by_role("link", name="Demander un report").click()
    reason = page.get_by_label("Motif")
    reason.fill("Salle")
    page.route("**/demande-report", lambda route: waiting.append(route))
    with page.expect_request("**/demande-report"):
        page.get_by_role("button", name="Envoyer la demande").click()
    reason.press("End")
    reason.press_sequentially(" fermée")
    waiting.pop().continue_()
    expect(page.get_by_role("link", name="Indiquez la date de début souhaitée.")).to_be_visible()
    expect(reason).to_have_value("Salle fermée")
    expect(reason).to_be_focused()
    page.keyboard.type(" lundi")
    expect(reason).to_have_value("Salle fermée lundi")
    page.unroute("**/demande-report")
    page.goto("/sessions/224571/resultats")
    page.route("**/resultats", lambda route: waiting.append(route))
    rows = page.locator(".row")
    with page.expect_request("**/resultats"):
        page.get_by_role("button", name="Valider la saisie").click()
    rows.nth(1).get_by_text("Échec").click()
    waiting.pop().continue_()
    expect(page.locator(".row.wrong").first).to_be_visible()
    expect(rows.nth(1).get_by_label("Échec")).to_be_checked()
    expect(rows.nth(1).locator(".error")).to_have_count(0)
