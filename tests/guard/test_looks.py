"""Every page is looked at: in the real browser, by everybody who may open it, at six widths, with data that hurts.

What is looked for stands in tests/support/looking.js; the data in tests/support/hurting.py.
"""

import re
import shutil
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from portal.core.outcomes import NotThere
from tests.guard.addresses import FEW, READY
from tests.guard.made import RULES, looked_at
from tests.support.demonstration import COOKIE, EMAILS, SIGNED_OUT, Demonstration
from tests.support.hurting import hurt
from tests.support.looking import AROUND, EMPTY, MOST_SHIFT, NARROW, ONE_LINE, SHIFTED, SWAPPED, Looker, framed
from tests.support.once import once
from tests.support.server import served

ROLES = (*EMAILS, SIGNED_OUT)
GROUPS = 8  # test functions, so that workers share them


@pytest.fixture(scope="module")
def hurting(
    loaded_demonstration: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Demonstration, str]]:
    """The demonstration with data that hurts, and where it is served."""

    def make(folder: Path) -> None:
        shutil.copy(loaded_demonstration, folder)
        hurt(folder)

    demo = Demonstration(once(shared / "hurting", make) / "demo.sqlite", tmp_path_factory.mktemp("looks"))
    demo.app.error_handler_spec[None][None][NotThere] = lambda error: ("", 404)  # what is not there is not looked at
    with served(framed(demo.app)) as base:
        yield demo, base


def looker(browser: Browser, base: str) -> Looker:
    page = browser.new_page(base_url=base, locale="fr-FR")
    page.goto(AROUND)
    return Looker(page)


def become(look: Looker, base: str, demo: Demonstration, role: str) -> None:
    """This person is signed in now, and nobody else."""
    look.page.context.clear_cookies()
    if role != SIGNED_OUT:
        look.page.context.add_cookies([{"name": COOKIE, "value": demo.cookies[role], "url": base}])


@pytest.mark.parametrize("group", range(GROUPS))
def test_nothing_is_wrong_to_the_eye(hurting: tuple[Demonstration, str], chromium: Browser, group: int) -> None:
    demo, base = hurting
    look, told, known = looker(chromium, base), list[str](), set[frozenset[str]]()
    for rule in RULES[group::GROUPS]:
        for role, pages in groupby(looked_at(demo, rule, known), itemgetter(0)):
            become(look, base, demo, role)
            told += [f"{role} {address}: {fault}" for _, address in pages for fault in look.look(address)]
    assert not told, "\n".join(told)


@pytest.mark.parametrize("role", EMAILS)
def test_the_header_takes_a_line_of_the_desk_and_little_of_a_phone(
    hurting: tuple[Demonstration, str], chromium: Browser, role: str
) -> None:
    demo, base = hurting
    look = looker(chromium, base)
    become(look, base, demo, role)
    look.frame.goto("/")
    for width in (1280, 1440):
        look.widen(width)
        assert look.frame.evaluate(ONE_LINE), f"two lines at {width}"
    look.widen(360)
    assert look.frame.evaluate("document.querySelector('.top').offsetHeight") < 100
    look.frame.get_by_text("Menu").click()
    assert [*look.seen(NARROW)] == []
    look.frame.get_by_role("button", name="Se déconnecter").click(trial=True)
    look.page.keyboard.press("Escape")
    expect(look.frame.locator(".menu summary")).to_be_focused()
    expect(look.frame.get_by_role("button", name="Se déconnecter")).to_have_count(0)


@pytest.mark.parametrize("role", ["centre", "ud94"])
def test_what_opens_in_place_looks_as_well_and_keeps_the_focus(
    hurting: tuple[Demonstration, str], chromium: Browser, role: str
) -> None:
    demo, base = hurting
    look, told, known = looker(chromium, base), [], set()
    become(look, base, demo, role)
    for number in (*READY, *FEW, 224569):
        look.frame.goto(f"/sessions/{number}")
        for address in look.frame.locator("a[hx-get]").evaluate_all("all => all.map((one) => one.getAttribute('hx-get'))"):
            kind = address.rpartition("/")[2]
            if kind in known:
                continue
            known.add(kind)
            look.frame.goto(f"/sessions/{number}")
            opener = look.frame.locator(f"a[hx-get='{address}']").first
            told += [f"{address} opened: {fault}" for fault in swapped(look, opener, "e => e.click()")]
            form = look.frame.locator(f"form[hx-post='{address}']")
            told += [f"{address} refused: {fault}" for fault in swapped(look, form, EMPTY)]
    assert not told, "\n".join(told)
    assert len(known) > 3


def swapped(look: Looker, one: Locator, act: str) -> Iterator[str]:
    """What is wrong once htmx has put its answer into the page."""
    look.said.clear()
    focus = one.evaluate(SWAPPED.replace("ACT", act))
    if focus == "body":
        yield "the focus is nowhere"
    yield from look.seen(NARROW)
    yield from (
        said for said in look.said if not re.search("422|Autofocus", said)
    )  # refused; the field that was wrong has it already


FAULTS = {
    "cut word": "<p style='width:3em;overflow-wrap:anywhere'>Convocations</p>",
    "cut word: 22/06/2020": "<p style='width:3em;overflow-wrap:anywhere'>22/06/2020</p>",
    "line begins with": "<p style='width:2.2em'>Rien : va</p>",
    "sideways": "<p style='width:2000px'>Large</p>",
    "clipped": "<p style='width:3em;overflow:hidden;white-space:nowrap'>Un texte trop long</p>",
    "runs out": "<p class='notice' style='width:3em;white-space:nowrap'>Un texte trop long</p>",
    "off the screen": "<div style='overflow:hidden'><p style='margin-left:-3em'>Un texte coupé à gauche</p></div>",
    "overlaps": "<p>Un texte</p><p style='margin-top:-2.2em'>Un autre texte</p>",
    "label runs out": "<style>.cards td{white-space:nowrap}.cards [data-label]::before{content:attr(data-label);float:left;width:3em}</style>"
    "<table class='cards'><tr><td data-label='Reportées automatiquement'>12</td></tr></table>",
    "label of nothing": "<style>.cards [data-label]::before{content:attr(data-label);float:left;width:9em}</style>"
    "<table class='cards'><tr><td data-label='Reportées'></td></tr></table>",
    "wrong in vain": "<div class='wrong'><p class='error' style='color:#a00'>Indiquez le nom.</p><input aria-label='Nom'></div>",
    "falls apart": "<label style='display:flex;gap:1em'><input type='checkbox'> Demande de <abbr>DTE</abbr> envoyée</label>",
    "small target": "<button style='width:18px;height:18px;padding:0'>x</button><button style='width:18px;height:18px;padding:0'>y</button>",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_seen(chromium: Browser, fault: str) -> None:
    look = Looker(chromium.new_page())
    look.frame.set_content(f"<!doctype html><p>Une page juste : « ceci », l’arc-en-ciel.</p>{FAULTS[fault]}")
    found = [*look.seen()]
    assert any(one.startswith(fault) for one in found), found
    look.frame.set_content("<!doctype html><p>Une page juste : « ceci », l’arc-en-ciel.</p><button>Enregistrer</button>")
    assert [*look.seen()] == []


def test_what_the_browser_says_is_heard(chromium: Browser) -> None:
    page = chromium.new_page()
    held = "<link rel='stylesheet' href='/perdue.css'><script>console.log('mot'); nulle_part()</script>"
    page.route(
        "**/*",
        lambda route: route.fulfill(
            status=404 if "perdue" in route.request.url else 200, body=held + "<b></b>" * 900, content_type="text/html"
        ),
    )
    page.goto("http://ici.invalid/autour")
    told = Looker(page).look("http://ici.invalid/")
    for one in ("heavy", "404", "console: mot", "script: nulle_part"):
        assert any(fault.startswith(one) for fault in told), (one, told)


def test_what_jumps_is_seen(chromium: Browser) -> None:
    page = chromium.new_page()
    late = "requestAnimationFrame(() => setTimeout(() => document.body.prepend(document.createElement('hr')), 50))"
    html = f"<!doctype html><h1>Un titre</h1>{'<p>Un texte</p>' * 20}<script>{late}</script>"
    page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto("http://ici.invalid/")
    page.wait_for_selector("hr")
    assert page.evaluate(SHIFTED) > MOST_SHIFT
