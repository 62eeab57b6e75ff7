"""From where a session is to its end in a real browser, by what its pages say, on a screen of 360 pixels: with JavaScript and the
keyboard alone, and without JavaScript."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize

from portal.settings import DEMO_DAY
from tests.browser.people import person
from tests.support.hands import Hands, Window
from tests.support.journey import CENTRE, Journey
from tests.support.keyboard import Keyboard
from tests.support.server import demonstration

NARROW = ViewportSize(width=360, height=740)


@pytest.fixture(scope="module")
def both(loaded_demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One demonstration for all these journeys: each session is walked with JavaScript or without."""
    folder = tmp_path_factory.mktemp("journeys")
    shutil.copy(loaded_demonstration, folder)
    with demonstration(folder) as address:
        yield address


def stays(to: date) -> None:
    raise AssertionError(f"the demonstration stays on its day, and is told to wait until {to}")


# Moved in preparation; moved, its DTE sent; moved, convened, its real end date known; not moved.
SESSIONS = {True: (224581, 224583, 224562, 224571), False: (224572, 224648, 224561, 224568)}


def test_four_sessions_come_to_their_end(chromium: Browser, both: str, script: bool) -> None:
    names = {CENTRE: "centre", "UD 94": "ud94"}
    pages = {name: person(chromium, both, who, script) for name, who in names.items()}
    for page in pages.values():
        page.set_viewport_size(NARROW)
    people: dict[str, Hands] = {name: (Keyboard if script else Window)(page) for name, page in pages.items()}
    for number in SESSIONS[script]:
        walked = Journey(number, people, DEMO_DAY, stays, exam_in=0).go()
        assert walked[-1] == "UD 94 : Vérifiez les résultats, puis verrouillez la session → Verrouillée"
