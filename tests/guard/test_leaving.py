"""What a browser still asks when its test ends fails no test: neither this one nor the next."""

import socket
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Route

from tests.support.browsing import leave


@pytest.mark.parametrize("where", ["context", "page"])
def test_a_server_that_goes_while_it_is_asked(chromium: Browser, where: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        context = chromium.new_context()
        page = context.new_page()
        held = context if where == "context" else page
        begun: list[Route] = []

        def answer(route: Route) -> None:
            begun.append(route)
            route.fulfill(response=route.fetch())

        held.route("**/asked", answer)
        page.evaluate("address => { fetch(address).catch(() => 0) }", f"http://127.0.0.1:{server.getsockname()[1]}/asked")
        while not begun:
            assert page.evaluate("performance.now()") < 30_000
        asking, _ = server.accept()
        asking.recv(1)
        leave(chromium)
        asking.close()  # with what it has not read: the other side is cut off
    assert chromium.contexts == []
    page = chromium.new_page()
    page.set_content("<h1>Après</h1>")
    assert page.inner_text("h1") == "Après"
    leave(chromium)


def test_the_browser_is_left_before_the_server(request: pytest.FixtureRequest, chromium: Browser, base: str) -> None:
    """Whatever the order in which a test names them: the newest finalizer is the first to be called."""
    chromium.new_page().goto(f"{base}/connexion")

    def see() -> None:
        assert chromium.contexts == []

    request.addfinalizer(see)


def test_a_browser_that_died_costs_its_own_test_alone(launched: Callable[[], Browser]) -> None:
    launched().close()
    page = launched().new_page()
    page.set_content("<h1>Suivant</h1>")
    assert page.inner_text("h1") == "Suivant"
    leave(launched())
