"""A printed page is a document: nothing to fill in, nothing to press, a session in few lines."""

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.people import person

ACTS = "input, select, textarea, button, .button, summary, a[hx-get], nav a"
SEEN = "all => all.filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 80))"
PAGES = [
    ("centre", "/sessions/224561"),
    ("centre", "/sessions/224571/resultats"),
    ("ud94", "/"),
    ("ud94", "/demandes"),
    ("ud94", "/jury/1"),
]


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_nothing_on_paper_asks_to_be_pressed(chromium: Browser, base: str, who: str, path: str) -> None:
    page = person(chromium, base, who, True)
    page.goto(path)
    page.emulate_media(media="print")
    assert page.locator(ACTS).evaluate_all(SEEN) == []
    assert len(page.locator("main").inner_text()) > 60


def test_fifty_sessions_take_few_sheets(chromium: Browser, base: str, tmp_path: Path) -> None:
    page = person(chromium, base, "ud94", True)
    page.goto("/sessions")
    assert page.locator("tbody tr").count() == 50
    paper = tmp_path / "list.pdf"
    paper.write_bytes(page.pdf(format="A4"))
    told = subprocess.run(["pdfinfo", paper], capture_output=True, check=True, text=True).stdout
    assert int(told.partition("Pages:")[2].split()[0]) <= 4, told
