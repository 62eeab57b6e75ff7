"""A second factor in a real browser: a code without JavaScript, a passkey with it."""

from urllib.parse import parse_qsl

import pyotp
from playwright.sync_api import Browser, Page, Request, expect

from portal.demo.data import PASSWORD
from tests.browser.people import person


def sign_in(page: Page) -> None:
    page.goto("/connexion")
    page.get_by_label("Adresse électronique").fill("ud94@demo.example")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()


def test_a_code_is_set_up_and_given_without_javascript(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "ud94", script=False)
    page.goto("/compte")
    page.get_by_text("Activer le second facteur").click()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("Code à six chiffres").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_text("Ils ne seront plus jamais montrés.")).to_be_visible()
    first = page.locator("code").first.inner_text()
    page.get_by_role("button", name="Se déconnecter").click()
    sign_in(page)
    expect(page.get_by_text("Utiliser ma clé d’accès")).to_have_count(0)
    page.get_by_label("Code à six chiffres").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_role("heading", name="Bonjour. Voici")).to_be_visible()
    page.get_by_role("button", name="Se déconnecter").click()
    sign_in(page)
    page.get_by_label("Code à six chiffres").fill(first)
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_role("heading", name="Bonjour. Voici")).to_be_visible()
    page.context.close()


def test_a_passkey_is_made_and_signs_in_once_an_answer(chromium: Browser, base: str) -> None:
    page = person(chromium, base.replace("127.0.0.1", "localhost"), "ud94", script=True)
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": {**key, "automaticPresenceSimulation": True}})
    page.goto("/compte/second-facteur/application")
    page.get_by_role("button", name="Activer une clé d’accès").click()
    expect(page.get_by_text("Ils ne seront plus jamais montrés.")).to_be_visible()
    page.get_by_role("button", name="Se déconnecter").click()
    sign_in(page)
    expect(page.get_by_label("Code de secours")).to_be_visible()
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    expect(page.get_by_role("heading", name="Bonjour. Voici")).to_be_visible()
    answered: dict[str, str | float | bool] = dict(parse_qsl(sent[-1].post_data or ""))
    assert '"signature"' in str(answered["passkey"])
    page.get_by_role("button", name="Se déconnecter").click()
    sign_in(page)
    answered["csrf_token"] = page.locator("[name=csrf_token]").first.input_value()
    again = page.request.post("/connexion/code", form=answered, max_redirects=0)
    assert again.status == 422, "an answer serves for its own challenge, once"
    page.goto("/sessions")
    expect(page.get_by_label("Mot de passe")).to_be_visible()
    page.context.close()
