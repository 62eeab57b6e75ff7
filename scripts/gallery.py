"""`make gallery`: a picture of every page as each role, of its refusals and of what opens in place, into gallery/ (ignored).

At six widths, light and dark, with JavaScript and without: a folder for each. `--only demandes` draws what has this word in its
name, `--widths 1280,360` at these alone, `--hurting` with names of sixty letters; `--quick` makes three pictures of one role.
"""

import argparse
import logging
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice, product
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from werkzeug.test import TestResponse

from portal.paths import ROOT
from tests.guard.addresses import FEW, FILES, FORMS, READY
from tests.guard.made import ROLES, RULES, built_of, looked_at
from tests.support.demonstration import COOKIE, EMAILS, SIGNED_OUT, Demonstration, without_chance
from tests.support.filling import post_forms
from tests.support.hurting import hurt
from tests.support.looking import EMPTY, SWAPPED, WIDTHS
from tests.support.server import Scheme, chromium, load_demonstration, served
from tests.support.world import hidden

SCHEMES: tuple[Scheme, ...] = ("light", "dark")
IN_PLACE = re.compile(r'<a[^>]* hx-get="([^"]+)"')


@dataclass(frozen=True)
class Shot:
    """What is drawn: as whom, what it is called, where it stands, what was answered there, what is done first."""

    role: str
    name: str
    address: str
    answer: str = ""
    open: str = ""
    refuse: bool = False


@dataclass(frozen=True)
class Looks:
    widths: tuple[int, ...] = WIDTHS
    schemes: tuple[Scheme, ...] = SCHEMES
    scripts: tuple[bool, ...] = (True, False)


def named(address: str) -> str:
    return re.sub(r"[^\w]+", "-", without_chance(address)).strip("-")[:80] or "accueil"


def pages(demo: Demonstration, roles: Sequence[str] = ROLES) -> Iterator[Shot]:
    """Each page that is built otherwise than those before it."""
    known: set[frozenset[str]] = set()
    for rule in RULES:
        yield from (Shot(role, named(address), address) for role, address in looked_at(demo, rule, known, roles))


def refused(demo: Demonstration) -> Iterator[Shot]:
    """Each form with nothing in it, then with nonsense in each field; files that are shown before they are taken over."""
    known: set[frozenset[str]] = set()
    for role, address in FORMS:
        client = demo.client(role)
        for position, form in enumerate(post_forms(client.get(address, follow_redirects=True).text)):
            for way, sent in form.ways():
                if not re.match("vide|absurde|périmé", way):
                    continue
                answer = client.post(form.action or address, data=dict(sent), content_type="multipart/form-data")
                demo.restore()
                client.get("/plan-du-site")  # what it was told is read there
                if shown(answer) and built_of(answer.text) not in known:
                    known.add(built_of(answer.text))
                    yield Shot(role, f"{named(address)}-{position}-{named(way)}", address, answer.text)
    for role, address, lines in FILES:
        client = demo.client(role)
        sheet = BytesIO("\n".join(lines).encode()), "essai.csv"
        token = hidden(client.get(address).text, "csrf_token")
        answer = client.post(address, data={"csrf_token": token, "file": sheet}, content_type="multipart/form-data")
        yield Shot(role, f"{named(address)}-lu", address, answer.text)


def shown(answer: TestResponse) -> bool:
    return answer.status_code in (200, 409, 422) and answer.mimetype == "text/html"


def opened(demo: Demonstration) -> Iterator[Shot]:
    """What opens in place on a session's page, one of each kind; then refused there."""
    known: set[str] = set()
    for role, number in product(("centre", "ud94"), (*READY, *FEW, 224569)):
        page = f"/sessions/{number}"
        for address in IN_PLACE.findall(demo.client(role).get(page).text):
            kind = address.rpartition("/")[2]
            if kind not in known:
                known.add(kind)
                yield Shot(role, f"en-place-{kind}", page, open=address)
                yield Shot(role, f"en-place-{kind}-refus", page, open=address, refuse=True)


def others() -> Iterator[Shot]:
    """Faults, and what no address shows."""
    yield Shot("centre", "introuvable", "/inconnue")
    yield Shot("centre", "liste-faute", "/sessions?du=31/02/2020&statut=perdu")
    yield Shot("ud94", "chiffres-faute", "/chiffres?du=31/02/2020&au=x")
    yield Shot(SIGNED_OUT, "verifier-faute", "/verifier?code=abc")
    yield Shot("centre", "question", "/sessions/224562/resultats", open="question")
    yield from (Shot(role, "menu", "/sessions", open="menu") for role in EMAILS)


def act(page: Page, shot: Shot) -> None:
    """Do what comes before the picture."""
    if shot.open == "menu":
        page.evaluate("document.querySelector('.menu').open = true")
    elif shot.open == "question":
        for row in page.locator(".row").all():
            row.get_by_label("Titre obtenu").check()
        page.get_by_role("button", name="Valider la saisie").click()
        expect(page.get_by_role("heading", name="Êtes-vous sûr")).to_be_visible()
    elif shot.open:
        page.locator(f"a[hx-get='{shot.open}']").first.evaluate(SWAPPED.replace("ACT", "e => e.click()"))
        form = page.locator(f"form[hx-post='{shot.open}']")
        if shot.refuse and form.count():
            form.evaluate(SWAPPED.replace("ACT", EMPTY))


def draw(page: Page, shot: Shot, out: Path, looks: Looks, script: bool) -> Iterator[str]:
    """Take the pictures of one; give the widths at which it runs off the screen."""
    if shot.answer:

        def answer(route: Route) -> None:
            route.fulfill(body=shot.answer, content_type="text/html; charset=utf-8")

        page.route(f"**{shot.address}", answer, times=1)
    page.goto(shot.address)
    act(page, shot)
    for width in looks.widths:
        page.set_viewport_size({"width": width, "height": 900})
        if shot.open != "question":  # what sticks to the foot of the screen stands at the foot of the picture
            page.set_viewport_size({"width": width, "height": max(900, page.evaluate("document.documentElement.scrollHeight"))})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            yield f"déborde à {width} : {shot.role} {shot.address}"
        for scheme in looks.schemes:
            page.emulate_media(color_scheme=scheme)
            folder = out / f"{width}-{scheme}-{'js' if script else 'sans-js'}"
            page.screenshot(path=folder / f"{shot.role}-{shot.name}.png", full_page=True)


def people(browser: Browser, base: str, cookies: Mapping[str, str], script: bool) -> dict[str, Page]:
    """Everybody’s browser, signed in."""
    found = {}
    for role in (*cookies, SIGNED_OUT):
        context = browser.new_context(base_url=base, locale="fr-FR", java_script_enabled=script)
        if role in cookies:
            context.add_cookies([{"name": COOKIE, "value": cookies[role], "url": base}])
        found[role] = context.new_page()
    return found


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    words = argparse.ArgumentParser(description="Une image de chaque page, par rôle.")
    words.add_argument("--quick", action="store_true", help="trois pages d’un seul rôle")
    words.add_argument("--only", default="", help="ce que le nom de l’image doit contenir")
    words.add_argument("--widths", default="", help="largeurs, séparées par des virgules")
    words.add_argument("--hurting", action="store_true", help="avec des noms de soixante lettres")
    words.add_argument("--out", type=Path, default=ROOT / "gallery", help="dossier des images")
    given = words.parse_args()
    shutil.rmtree(given.out, ignore_errors=True)
    with tempfile.TemporaryDirectory() as loaded, tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = load_demonstration(Path(loaded))
        if given.hurting:
            hurt(Path(loaded))
        demo = Demonstration(file, Path(folder), ("centre",) if given.quick else EMAILS)
        if given.quick:
            shots, looks = [*islice(pages(demo, ("centre",)), 3)], Looks((1280,), ("light",), (True,))
        else:
            shots, looks = [*refused(demo), *pages(demo), *opened(demo), *others()], Looks()
            if given.widths:
                looks = replace(looks, widths=tuple(int(width) for width in given.widths.split(",")))
        shots = [shot for shot in shots if given.only in f"{shot.role}-{shot.name}"]
        browser = chromium(playwright)
        with served(demo.app) as base:
            for script in looks.scripts:
                browsers = people(browser, base, demo.cookies, script)
                for shot in shots:
                    if script or not shot.open or shot.open in ("menu", "question"):
                        for fault in draw(browsers[shot.role], shot, given.out, looks, script):
                            print(fault)
        browser.close()
    print(f"{len(list(given.out.rglob('*.png')))} images dans {given.out}/")


if __name__ == "__main__":
    main()
