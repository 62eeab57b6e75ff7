"""From the convocations to the answer of the jury, on a narrow phone, with JavaScript and without."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.people import person

NARROW = ViewportSize(width=360, height=740)


def fits(page: Page, script: bool) -> None:
    """Nothing of the page is wider than the phone, and nobody is shut out of it (where a script can look)."""
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url
    if script:
        assert not Axe().run(page).response["violations"], page.url


def phone(chromium: Browser, base: str, script: bool, address: str) -> Page:
    """Somebody without an account follows a link."""
    page = chromium.new_context(java_script_enabled=script, locale="fr-FR", base_url=base, viewport=NARROW).new_page()
    page.goto(address)
    return page


def test_convened_by_mail_the_candidate_reads_its_page_and_the_jury_says_no(chromium: Browser, base: str, script: bool) -> None:
    centre = person(chromium, base, "centre", script)
    centre.set_viewport_size(NARROW)
    centre.goto("/sessions/224584")
    centre.get_by_role("button", name="Envoyer les convocations").click()
    expect(centre.get_by_text(re.compile("convocations partent par courriel"))).to_be_visible()
    expect(centre.get_by_text("le courriel part").first).to_be_visible()
    fits(centre, script)
    centre.goto("/courriels-de-demonstration")
    own, asked = (
        centre.get_by_role("link", name=re.compile(words)).first.get_attribute("href") or ""
        for words in ("« Votre convocation", "pourrez-vous siéger")
    )

    candidate = phone(chromium, base, script, own[own.index("/c/") :])
    expect(candidate.get_by_role("heading", name="Votre convocation")).to_be_visible()
    expect(candidate.get_by_role("link", name="voir le plan")).to_be_visible()
    fits(candidate, script)
    with candidate.expect_download() as agenda:
        candidate.get_by_role("link", name="Dans mon agenda").click()
    assert agenda.value.suggested_filename == "examen.ics"

    juror = phone(chromium, base, script, asked[asked.index("/j/") :])
    juror.get_by_label("Non, je ne viendrai pas").check()
    fits(juror, script)
    juror.get_by_role("button", name="Répondre").click()
    expect(juror.get_by_text("votre réponse est enregistrée")).to_be_visible()

    centre.goto("/sessions/224584/candidats/convocations")
    expect(centre.get_by_text(re.compile("page ouverte le")).first).to_be_visible()
    expect(centre.locator(".error", has_text="ne viendra pas")).to_be_visible()
    centre.get_by_role("button", name="Retirer le lien").first.click()
    expect(centre.get_by_text("il n’ouvre plus rien")).to_be_visible()
