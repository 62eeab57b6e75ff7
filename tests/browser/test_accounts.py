"""A centre's manager invites a colleague, who chooses a password and is later shown out: with JavaScript and without."""

from playwright.sync_api import Browser, expect

from tests.browser.people import person

NEW = "quatre girafes sur un toit"


def test_inviting_a_colleague_who_comes_in_and_is_shown_out(chromium: Browser, base: str, script: bool) -> None:
    page = person(chromium, base, "centre", script)
    page.goto("/sessions")
    page.get_by_role("link", name="Comptes", exact=True).click()
    page.get_by_role("link", name="Inviter une personne").click()
    page.get_by_label("Adresse électronique").fill("membre@demo.example")
    page.get_by_label("Nom").fill("Sasha Blanc")
    page.get_by_label("Rôle").select_option(label="Membre du centre")
    page.get_by_role("button", name="Envoyer l’invitation").click()
    expect(page.get_by_role("link", name="Un compte existe déjà")).to_be_visible()
    expect(page.get_by_label("Nom")).to_have_value("Sasha Blanc")
    page.get_by_label("Adresse électronique").fill("sasha@demo.example")
    page.get_by_role("button", name="Envoyer l’invitation").click()
    expect(page.get_by_role("button", name="Renvoyer l’invitation")).to_be_visible()
    account = page.url
    page.goto("/courriels-de-demonstration")
    link = page.locator("a[href*='/invitation/']").first.get_attribute("href") or ""
    colleague = chromium.new_context(java_script_enabled=script, base_url=base).new_page()
    colleague.goto("/invitation/" + link.rpartition("/")[2])
    colleague.get_by_label("Mot de passe", exact=True).fill(NEW)
    colleague.get_by_label("Mot de passe, encore une fois").fill(NEW)
    colleague.get_by_role("button", name="Enregistrer le mot de passe").click()
    colleague.get_by_label("Adresse électronique").fill("sasha@demo.example")
    colleague.get_by_label("Mot de passe").fill(NEW)
    colleague.get_by_role("button", name="Se connecter").click()
    expect(colleague.get_by_role("link", name="Sasha Blanc")).to_be_visible()
    expect(colleague.get_by_role("link", name="Comptes", exact=True)).to_have_count(0)
    page.goto(account)
    page.get_by_role("link", name="Fermer le compte").click()
    page.get_by_label("Motif").fill("Contrat terminé")
    page.get_by_role("button", name="Fermer le compte").click()
    expect(page.get_by_text("Motif : « Contrat terminé »")).to_be_visible()
    colleague.goto("/sessions")
    expect(colleague.get_by_role("heading", name="Connexion")).to_be_visible()
    page.get_by_role("button", name="Rouvrir le compte").click()
    expect(page.get_by_role("button", name="Envoyer un lien de mot de passe")).to_be_visible()
