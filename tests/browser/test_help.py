"""The pictures of `/aide` are taken by these tests, and show what the pages say today.

Where a page says something else, take them again, and look at them: `.venv/bin/pytest tests/browser/test_help.py --snapshot-update`.
"""

from base64 import b64decode
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from syrupy.assertion import SnapshotAssertion

from portal.paths import STATIC
from tests.browser.people import asked, person

MOST_BYTES = 18_000  # none is fetched before somebody opens it


def next_step(page: Page) -> Locator:
    page.goto("/sessions/224561")
    return page.locator("main section").first


def question(page: Page) -> Locator:
    asked(page)
    return page.locator("dialog[open]")


def answer(page: Page) -> Locator:
    page.goto("/demandes/1")
    return page.locator("main section", has_text="Ce sont les dates souhaitées")


def rates(page: Page) -> Locator:
    page.goto("/chiffres")
    return page.locator("main section", has_text="Réussite par département")


def change(page: Page) -> Locator:
    page.goto("/mesures/confinement-2020")
    return page.locator("main section", has_text="La mesure sera appliquée")


PICTURES: dict[str, tuple[str, Callable[[Page], Locator]]] = {
    "prochaine-etape": ("centre", next_step),
    "date-reelle": ("centre", question),
    "reponse": ("ud94", answer),
    "reussite": ("region-idf", rates),
    "mesure": ("national", change),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_help_shows_what_the_page_says_today(
    chromium: Browser, base: str, name: str, snapshot: SnapshotAssertion, request: pytest.FixtureRequest
) -> None:
    who, block_of = PICTURES[name]
    page = person(chromium, base, who, True)
    page.set_viewport_size({"width": 400, "height": 900})
    block = block_of(page).first
    expect(block).to_be_visible()
    if request.config.option.update_snapshots:
        (STATIC / f"aide-{name}.webp").write_bytes(taken(page, block))
    assert block.inner_text() == snapshot
    assert (STATIC / f"aide-{name}.webp").stat().st_size < MOST_BYTES
    page.goto("/aide")
    picture = page.locator(f"img[src*='aide-{name}.webp']")
    expect(picture).to_be_hidden()
    page.locator("details", has=picture).locator("summary").click()
    expect(picture).to_be_visible()
    taken_as = picture.evaluate("async (e) => { await e.decode(); return [`${e.naturalWidth}`, `${e.naturalHeight}`]; }")
    assert taken_as == [picture.get_attribute("width"), picture.get_attribute("height")], "its place is kept before it comes"
    assert len(picture.get_attribute("alt") or "") > 40


# Debian's browser speaks English alone, and would show 07/20/2020.
IN_FRENCH = """(block) => {
  for (const field of block.querySelectorAll("input[type=date]")) {
    const [year, month, day] = field.value.split("-");
    field.type = "text";
    field.value = day ? `${day}/${month}/${year}` : "jj/mm/aaaa";
  }
}"""


def taken(page: Page, block: Locator) -> bytes:
    block.evaluate(IN_FRENCH)
    box = block.bounding_box()
    assert box
    box["y"] += page.evaluate("scrollY")
    asked_for = {"format": "webp", "quality": 20, "clip": {**box, "scale": 1}, "captureBeyondViewport": True}
    return b64decode(page.context.new_cdp_session(page).send("Page.captureScreenshot", asked_for)["data"])
