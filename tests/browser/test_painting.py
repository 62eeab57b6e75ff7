"""What a page waits for before anything of it is seen, on a thin line; `python -m bench.painting` takes the time itself."""

import pytest
from playwright.sync_api import Browser

from bench.painting import BYTES_A_SECOND, MOST, THERE_AND_BACK, first_paint
from tests.browser.people import person

TURNS = 3  # to connect, for the page, for its stylesheets
WAITED_FOR = """() => {
  const sent = (all) => all.reduce((sum, one) => sum + one.transferSize, 0);
  const sheets = performance.getEntriesByType("resource").filter((one) => one.renderBlockingStatus === "blocking");
  return { bytes: sent(performance.getEntriesByType("navigation")) + sent(sheets), names: sheets.map((one) => one.name) };
}"""


@pytest.mark.parametrize("path", ["/", "/sessions", "/sessions/224562/resultats"])
def test_nothing_is_waited_for_but_the_page_and_its_stylesheets(chromium: Browser, base: str, path: str) -> None:
    page = person(chromium, base, "centre", True)
    page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(path)
    waited = page.evaluate(WAITED_FOR)
    assert waited["names"] and all(".css?" in name for name in waited["names"]), waited
    assert waited["bytes"] / BYTES_A_SECOND + TURNS * THERE_AND_BACK / 1000 < MOST / 2, "half of the time is the old PC's"


def test_the_first_paint_is_seen(chromium: Browser, base: str) -> None:
    assert first_paint(chromium, base, "/sessions") > 0
