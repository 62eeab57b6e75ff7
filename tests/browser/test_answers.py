"""Unlikely dates, answers weighed before the click and corrections asked for, in a browser, with JavaScript and without."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.people import person


def ask(page: Page, number: int, start: str, end: str, reason: str) -> None:
    page.goto(f"/sessions/{number}")
    page.get_by_role("link", name="Demander un report").click()
    page.get_by_label("Date de début souhaitée").fill(start)
    page.get_by_label("Date de fin souhaitée").fill(end)
    page.get_by_label("Motif").fill(reason)
    page.get_by_role("button", name="Envoyer la demande").click()


def enter_what_changes(page: Page, start: str, end: str, labels: tuple[str, str]) -> None:
    """Type two dates and press Enter: it shows what they change, and decides nothing."""
    page.get_by_label(labels[0]).fill(start)
    page.get_by_label(labels[1]).fill(end)
    page.get_by_label(labels[1]).press("Enter")
    expect(page.locator(".htmx-request")).to_have_count(0)  # its answer puts the fields anew: who types before types into the old


def show_what_changes(page: Page, start: str, end: str, labels: tuple[str, str], script: bool) -> None:
    """Type two dates; without JavaScript, ask what they change."""
    page.get_by_label(labels[0]).fill(start)
    page.get_by_label(labels[1]).fill(end)
    if script:
        page.get_by_label(labels[1]).blur()
    else:
        page.get_by_role("button", name="Voir ce que cela change").click()


def test_a_saturday_is_asked_once_more_and_no_keeps_what_was_typed(chromium: Browser, base: str, script: bool) -> None:
    page = person(chromium, base, "centre", script)
    ask(page, 224566, "2020-07-11", "2020-07-17", "Salle fermée")
    expect(page.get_by_text("samedi 11 juillet 2020")).to_be_visible()
    page.get_by_role("button", name="Non, corriger").click()
    expect(page.get_by_label("Date de début souhaitée")).to_have_value("2020-07-11")
    expect(page.get_by_label("Motif")).to_have_value("Salle fermée")
    page.get_by_role("button", name="Envoyer la demande").click()
    page.get_by_role("button", name="Oui, c’est la bonne date").click()
    expect(page.get_by_text("Demande envoyée.")).to_be_visible()


def test_the_unit_reads_what_other_dates_change_before_it_accepts_them(chromium: Browser, base: str, script: bool) -> None:
    ask(person(chromium, base, "centre", script), 224566, "2020-07-06", "2020-07-10", "Salle fermée")
    page = person(chromium, base, "ud94", script)
    page.goto("/demandes")
    page.locator("tr", has_text="Salle fermée").get_by_role("link", name="Répondre").click()
    labels = ("Date de début accordée", "Date de fin accordée")
    accept = page.get_by_role("button", name="Accepter", exact=True)
    page.get_by_label("Message au centre").fill("Voyez avec le jury")
    show_what_changes(page, "2020-06-01", "2020-06-05", labels, script)
    expect(page.get_by_text("ne peut pas être reportée dans le passé")).to_be_visible()
    expect(accept).to_have_count(0)
    enter_what_changes(page, "2020-07-18", "2020-07-24", labels)
    expect(page.get_by_text("Acceptée")).to_have_count(0)
    expect(page.get_by_text("samedi 18 juillet 2020")).to_be_visible()
    expect(page.get_by_label("Message au centre")).to_have_value("Voyez avec le jury")
    accept.click()
    page.get_by_role("button", name="Oui, c’est la bonne date").click()
    expect(page.get_by_text("Demande acceptée : du 18/07/2020 au 24/07/2020.")).to_be_visible()
    expect(page.get_by_text("Dates d’avant")).to_be_visible()


def test_postponing_shows_what_the_dates_change_in_place(chromium: Browser, base: str, script: bool) -> None:
    page = person(chromium, base, "ud94", script)
    page.goto("/sessions/224570")
    page.get_by_role("link", name="Reporter la session").click()
    page.get_by_label("Motif").fill("Salle fermée")
    show_what_changes(page, "2020-08-15", "2020-08-20", ("Nouvelle date de début", "Nouvelle date de fin"), script)
    expect(page.get_by_text("samedi 15 août 2020")).to_be_visible()
    enter_what_changes(page, "2020-08-16", "2020-08-20", ("Nouvelle date de début", "Nouvelle date de fin"))
    expect(page.get_by_text("dimanche 16 août 2020")).to_be_visible()
    expect(page.get_by_label("Motif")).to_have_value("Salle fermée")
    enter_what_changes(page, "2020-08-15", "2020-08-20", ("Nouvelle date de début", "Nouvelle date de fin"))
    expect(page.get_by_text("samedi 15 août 2020")).to_be_visible()
    expect(page.get_by_text("le centre devra convoquer de nouveau")).to_be_visible()
    expect(page.get_by_label("Motif")).to_have_value("Salle fermée")
    page.get_by_role("button", name="Enregistrer le report").click()
    page.get_by_role("button", name="Oui, c’est la bonne date").click()
    expect(page.get_by_text("Session reportée : du 15/08/2020 au 20/08/2020.")).to_be_visible()


def test_a_correction_is_asked_for_accepted_filled_in_and_told(chromium: Browser, base: str, script: bool) -> None:
    centre, unit = person(chromium, base, "centre", script), person(chromium, base, "ud94", script)
    centre.goto("/sessions/224565")
    centre.get_by_role("link", name="Demander une correction").click()
    centre.get_by_label("Candidat", exact=True).select_option(index=1)
    centre.get_by_label("Absent").check()
    centre.get_by_role("button", name="Envoyer la demande").click()
    expect(centre.get_by_role("link", name="Indiquez le motif")).to_be_visible()
    expect(centre.get_by_label("Absent")).to_be_checked()
    centre.get_by_label("Motif").fill("Erreur de saisie")
    centre.get_by_role("button", name="Envoyer la demande").click()
    expect(centre.get_by_text("Demande envoyée.")).to_be_visible()
    unit.goto("/demandes")
    unit.locator("tr", has_text="Erreur de saisie").get_by_role("link", name="Répondre").click()
    unit.get_by_role("button", name="Accepter", exact=True).click()
    expect(unit.get_by_label("Motif")).to_have_value("Erreur de saisie")
    expect(unit.locator(".row").first.get_by_label("Absent")).to_be_checked()
    unit.get_by_role("button", name="Enregistrer les corrections").click()
    again = unit.get_by_role("button", name="Enregistrer les corrections")
    if again.count():  # what it touches beyond the session was said first
        again.click()
    expect(unit.get_by_text("le centre est prévenu")).to_be_visible()
    centre.reload()
    expect(centre.get_by_text("Acceptée").first).to_be_visible()
