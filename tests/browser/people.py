"""What people do in a browser again and again."""

from urllib.parse import urlencode

from playwright.sync_api import APIRequestContext, Browser, Locator, Page, expect

from portal.demo.data import PASSWORD
from tests.support.reading import parse, sent
from tests.support.server import Scheme
from tests.support.world import hidden


def person(chromium: Browser, base: str, name: str, script: bool, scheme: Scheme = "light") -> Page:
    """Somebody who is signed in and has not opened anything yet."""
    context = chromium.new_context(java_script_enabled=script, locale="fr-FR", base_url=base, color_scheme=scheme)
    page = context.new_page()
    sign_in(context.request, f"{name}@demo.example", PASSWORD)
    return page


def sign_in(ways: APIRequestContext, email: str, password: str) -> None:
    """Without a page: that the one of the sign-in works is shown once (test_walks)."""
    fields: dict[str, str | float | bool] = {
        "csrf_token": hidden(ways.get("/connexion").text(), "csrf_token"),
        "email": email,
        "password": password,
    }
    assert ways.post("/connexion", form=fields, max_redirects=0).status == 303


# Each is brought into sight, clicked where nothing lies over it, and chosen then: by hand, one by one, it is five times as dear.
CHOOSE = """(all) => all.filter((one) => {
  one.scrollIntoViewIfNeeded();
  const { x, y, width, height } = one.getBoundingClientRect();
  const there = document.elementFromPoint(x + width / 2, y + height / 2);
  if (there !== one && !there?.closest("label")?.contains(one)) return false;
  one.focus();
  one.click();
  return one.checked;
}).length"""


def fill_sheet(page: Page, number: int = 224562) -> None:
    page.goto(f"/sessions/{number}/resultats")
    rows = page.locator(".row")
    chosen = rows.get_by_label("Titre obtenu").evaluate_all(CHOOSE)
    assert chosen == rows.count() > 0, f"{chosen} of {rows.count()} rows can be chosen from: something lies over the others"


def question(page: Page) -> Locator:
    return page.get_by_role("heading", name="Êtes-vous sûr d’avoir saisi la date RÉELLE de fin de session ?")


def asked(page: Page) -> None:
    fill_sheet(page)
    page.get_by_role("button", name="Valider la saisie des résultats").click()
    expect(question(page)).to_be_visible()


def saved_meanwhile(chromium: Browser, base: str, address: str, *outcomes: str) -> None:
    """Somebody else of the centre saves a draft, so much of it in the first rows: what a page would send, without one."""
    ways = chromium.new_context(base_url=base).request
    sign_in(ways, "centre@demo.example", PASSWORD)
    sheet = parse(ways.get(address).text())
    rows = [one for one in sheet.all("fieldset", "div") if "row" in one.attributes.get("class", "").split()]
    for row, outcome in zip(rows, outcomes, strict=False):
        for label in row.all("label") if outcome else ():
            for choice in label.all("input"):
                choice.attributes.pop("checked", None)
                if label.called(outcome):
                    choice.attributes["checked"] = ""
    button = next(one for one in sheet.all("button") if one.called("Enregistrer le brouillon"))
    form = button.around("form")
    assert form
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = ways.post(address, data=urlencode(sent(form, button), doseq=True), headers=kind, max_redirects=0)
    assert answer.status == 303
