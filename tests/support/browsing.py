"""A browser, the demonstration that it opens, and whether it runs JavaScript: fixtures for all tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.server import chromium as launch
from tests.support.server import demonstration


@pytest.fixture(scope="session")
def launched() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def chromium(launched: Browser) -> Iterator[Browser]:
    """Launched once for all; what one test opened is closed before the next."""
    yield launched
    for context in launched.contexts:
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")  # what is still on its way answers nobody
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
