"""Who is there, ticked on a telephone: also while the line is down, and by two at once."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Locator, Page, ViewportSize, expect

from tests.browser.people import person

NARROW = ViewportSize(width=360, height=740)
NUMBER = 224561


def telephone(chromium: Browser, base: str, script: bool = True) -> Page:
    page = person(chromium, base, "centre", script)
    page.set_viewport_size(NARROW)
    page.goto(f"/sessions/{NUMBER}/jour")
    return page


def stated(chromium: Browser, base: str, script: bool = True) -> Page:
    """A telephone at the centre of a session of twelve, whose only day is today."""
    page = telephone(chromium, base, script)
    page.goto(f"/sessions/{NUMBER}/jours-examen")
    for label in ("Premier jour", "Dernier jour"):
        page.get_by_label(label).fill("2020-06-15")
    page.get_by_label("Heure").fill("08:30")
    page.locator("main form button.button").first.click()
    page.wait_for_url(f"**/sessions/{NUMBER}")
    page.goto(f"/sessions/{NUMBER}/jour")
    return page


def rows(page: Page, half: str) -> list[Locator]:
    return page.locator(f".of-{half} .row").all()


def ticked(page: Page) -> int:
    return page.locator(".row input:checked").count()


def test_twenty_ticks_without_a_line_are_all_kept_once_when_it_is_back(chromium: Browser, base: str) -> None:
    page, status = (here := stated(chromium, base)), here.get_by_role("status")
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not Axe().run(page).response["violations"]
    rows(page, "matin")[0].get_by_text("Présent").click()
    expect(status).to_have_text("Tout est enregistré.")
    page.context.set_offline(True)
    for row in rows(page, "matin")[1:11]:
        row.get_by_text("Présent").click()
    page.get_by_text("Après-midi", exact=True).first.click()
    for row in rows(page, "apres_midi")[:10]:
        row.get_by_text("Absent").click()
    expect(status).to_contain_text("20 à envoyer. Hors connexion")
    page.context.set_offline(False)
    expect(status).to_have_text("Tout est enregistré.")
    page.reload()
    assert ticked(page) == 21
    page.goto(f"/sessions/{NUMBER}/historique")
    assert sum(int(n) for n in re.findall(r"Présences du 15/06/2020\s: (\d+) demi", page.locator("main").inner_text())) == 21


def test_ticks_outlive_the_page_and_an_answer_that_was_lost(chromium: Browser, base: str) -> None:
    page, status = (here := stated(chromium, base)), here.get_by_role("status")
    lost = []

    def lose(route: object) -> None:
        lost.append(route.fetch())  # type: ignore[attr-defined]
        route.abort("connectionreset")  # type: ignore[attr-defined]

    page.route("**/jour", lambda route: lose(route) if route.request.method == "POST" else route.continue_())
    rows(page, "matin")[0].get_by_text("Présent").click()
    expect(status).to_contain_text("1 à envoyer. Hors connexion")
    page.unroute("**/jour")
    page.reload()
    expect(status).to_have_text("Tout est enregistré.")
    page.reload()
    assert ticked(page) == 1 and [one.status for one in lost] == [200]
    page.goto(f"/sessions/{NUMBER}/historique")
    expect(page.get_by_text("1 demi-journée notée")).to_have_count(1)


def test_a_page_that_is_opened_anew_without_a_line_shows_what_waits(chromium: Browser, base: str) -> None:
    page = stated(chromium, base)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    for row in rows(page, "matin")[:2]:
        row.get_by_text("Absent").click()
    expect(page.get_by_role("status")).to_contain_text("2 à envoyer")
    page.reload()
    expect(page.get_by_role("heading", name="2 présences attendent sur cet appareil")).to_be_visible()
    expect(page.get_by_text("BERNARD Inès, matin absent(e), le 15/06/2020")).to_be_visible()
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not Axe().run(page).response["violations"]
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="Présences", exact=True)).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("Tout est enregistré.")
    page.reload()
    assert ticked(page) == 2


def test_what_waits_for_another_day_is_told_and_what_is_taken_no_more_too(chromium: Browser, base: str) -> None:
    page = telephone(chromium, base)

    def state(first: str, *, asked: bool = False) -> None:
        page.goto(f"/sessions/{NUMBER}/jours-examen")
        for label, day in (("Premier jour", first), ("Dernier jour", "2020-06-15")):
            page.get_by_label(label).fill(day)
        page.get_by_label("Heure").fill("08:30")
        page.locator("main form button.button").first.click()
        if asked:
            page.get_by_role("button", name="Oui, c’est la bonne date").click()
        page.wait_for_url(f"**/sessions/{NUMBER}")

    def tick_unheard(row: int) -> None:
        page.route("**/jour", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
        page.goto(f"/sessions/{NUMBER}/jour?date=2020-06-12")
        rows(page, "matin")[row].get_by_text("Absent").click()
        expect(page.get_by_role("status")).to_contain_text("1 à envoyer")
        page.goto("/sessions")
        page.unroute("**/jour")

    state("2020-06-12", asked=True)
    tick_unheard(0)
    page.goto(f"/sessions/{NUMBER}/jour")
    expect(page.get_by_text("1 présence du 12/06/2020 attend sur cet appareil.")).to_be_visible()
    page.get_by_role("link", name="Ouvrir ce jour").click()
    expect(page.get_by_role("status")).to_have_text("Tout est enregistré.")
    tick_unheard(1)
    state("2020-06-15")
    page.goto(f"/sessions/{NUMBER}/jour")
    told = page.locator("#ailleurs .notice")
    expect(told).to_contain_text("n’a pas été enregistrée et ne peut plus l’être : ")
    expect(told).to_contain_text("absent(e)")
    assert not Axe().run(page).response["violations"]
    told.get_by_role("button", name="Effacer de cet appareil").click()
    page.reload()
    expect(page.get_by_role("heading", name="Présences", exact=True)).to_be_visible()
    expect(told).to_have_count(0)


def test_signing_out_asks_about_ticks_that_wait_here_and_leaves_them(chromium: Browser, base: str) -> None:
    page, asked = stated(chromium, base), list[str]()

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept() if len(asked) > 1 else dialog.dismiss()

    page.on("dialog", answer)
    page.route("**/jour", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    for row in rows(page, "matin")[:2]:
        row.get_by_text("Absent").click()
    expect(page.get_by_role("status")).to_contain_text("2 à envoyer")
    page.set_viewport_size(ViewportSize(width=1280, height=800))
    page.goto("/sessions")
    page.get_by_role("button", name="Se déconnecter").click()
    assert asked == [
        "2\u00a0présences attendent sur cet appareil\u00a0: ouvrez ce jour (session 224561, 15/06/2020) pour les envoyer."
        "\n\nSe déconnecter quand même\u00a0?"
    ]
    expect(page).to_have_url(f"{base}/sessions")
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/connexion")
    assert len(page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('presences.'))")) == 2


def test_two_telephones_are_told_of_each_other(chromium: Browser, base: str) -> None:
    one = stated(chromium, base)
    two = telephone(chromium, base)
    first, same = rows(one, "matin")[0], rows(two, "matin")[0]
    two.context.set_offline(True)
    same.get_by_text("Absent").click()
    expect(two.get_by_role("status")).to_contain_text("1 à envoyer")
    first.get_by_text("Présent").click()
    expect(one.get_by_role("status")).to_have_text("Tout est enregistré.")
    two.context.set_offline(False)
    expect(same.get_by_text("Modifié entre-temps par")).to_be_visible()
    expect(same.get_by_label("Présent")).to_be_checked()
    same.get_by_text("Absent", exact=True).click()
    expect(same.get_by_text("Modifié entre-temps par")).to_be_hidden()
    expect(two.get_by_role("status")).to_have_text("Tout est enregistré.")
    rows(two, "matin")[1].get_by_text("Présent").click()
    expect(two.get_by_role("status")).to_have_text("Tout est enregistré.")
    second = rows(one, "matin")[1]
    second.get_by_text("Absent").click()
    expect(second.get_by_text("Modifié entre-temps par")).to_be_visible()
    expect(second.get_by_label("Présent")).to_be_checked()


def test_without_javascript_the_form_is_sent_whole(chromium: Browser, base: str) -> None:
    page = stated(chromium, base, script=False)
    rows(page, "matin")[0].get_by_text("Présent").click()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("1 présence enregistrée")).to_be_visible()
    page.get_by_text("Noter un incident").click()
    page.get_by_label("Heure").fill("10:20")
    page.get_by_label("Ce qui s’est passé").fill("Alarme incendie")
    page.get_by_role("button", name="Noter l’incident").click()
    expect(page.get_by_text("15/06/2020, 10 h 20", exact=True)).to_be_visible()
