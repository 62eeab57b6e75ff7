"""A browser, the demonstration that it opens, and whether it runs JavaScript: fixtures for all tests."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.server import chromium as launch
from tests.support.server import demonstration

# A page of a test lives for a moment: to compile its scripts for speed costs more than that speed spares.
INTERPRETED = "--js-flags=--no-turbofan --no-maglev --single-threaded-gc"


@pytest.fixture(scope="session")
def launched() -> Iterator[Callable[[], Browser]]:
    """Gives the browser of this process; where it died, another one."""
    with sync_playwright() as playwright:
        running = [launch(playwright, INTERPRETED)]

        def browser() -> Browser:
            if not running[-1].is_connected():
                running.append(launch(playwright, INTERPRETED))
            return running[-1]

        yield browser
        running[-1].close()


@pytest.fixture
def chromium(launched: Callable[[], Browser]) -> Browser:
    """Launched once for all; what one test opened is closed when it ends."""
    return launched()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Before anything else of the test goes: what a page still asks a server that is stopped would be an error of the test."""
    if "chromium" in (made := getattr(item, "funcargs", {})):
        leave(made["chromium"])


def leave(browser: Browser) -> None:
    """Closes all that was opened; what is still on its way answers nobody."""
    for context in browser.contexts if browser.is_connected() else ():
        context.unroute_all(behavior="ignoreErrors")
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")
        context.close()


@pytest.fixture
def base(loaded_demonstration: Path, tmp_path: Path) -> Iterator[str]:
    """The address of the demonstration, in a copy of its own."""
    shutil.copy(loaded_demonstration, tmp_path)
    with demonstration(tmp_path) as address:
        yield address


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)
