"""How long a sign-in lasts, and what ends it."""

from datetime import timedelta

import pytest

from tests.support.clock import at
from tests.support.world import PASSWORD, World

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

pytestmark = pytest.mark.bare


@pytest.fixture
def w(world: World) -> World:
    return world


@pytest.mark.parametrize(
    ("who", "idle"), [("ud94", 2 * HOUR), ("national", 2 * HOUR), ("region", 2 * HOUR), ("centre", 4 * HOUR)]
)
def test_a_sign_in_ends_when_nothing_is_asked_for_long_enough(w: World, who: str, idle: timedelta) -> None:
    clock = at(w)
    b = w.browser(who)
    clock.go_on(idle - MINUTE)
    assert b.get("/sessions").status_code == 200
    clock.go_on(idle - MINUTE)
    assert b.get("/sessions").status_code == 200, "it was asked for something in between"
    clock.go_on(idle + MINUTE)
    assert b.get("/sessions").headers["Location"].startswith("/connexion")
    assert b.get("/sessions").status_code == 302, "and it stays at its end"


def test_a_sign_in_ends_after_twelve_hours_however_much_is_done(w: World) -> None:
    clock = at(w)
    b = w.browser("ud94")
    for _ in range(11):
        clock.go_on(HOUR)
        assert b.get("/sessions").status_code == 200
    clock.go_on(HOUR)
    assert b.get("/sessions").status_code == 302


def test_a_cookie_of_before_does_not_make_a_sign_in_last(w: World) -> None:
    clock = at(w)
    b = w.browser("ud94")
    kept = b.client.get_cookie("portail")
    assert kept
    for _ in range(3):
        clock.go_on(HOUR)
        b.get("/sessions")
    other = w.browser()
    other.client.set_cookie("portail", kept.value)
    assert other.get("/sessions").status_code == 302


def test_signing_in_again_on_a_browser_ends_the_sign_in_before_it(w: World) -> None:
    b = w.browser("ud94")
    before = b.client.get_cookie("portail")
    assert before and b.sign_in("ud94@test.example", PASSWORD).status_code == 303
    after = b.client.get_cookie("portail")
    assert after and after.value != before.value
    other = w.browser()
    other.client.set_cookie("portail", before.value)
    assert other.get("/sessions").status_code == 302 and b.get("/sessions").status_code == 200
    assert w.scalar("select count(*) from sign_in where ended_at is null") == 1


def test_a_wrong_password_ends_no_sign_in(w: World) -> None:
    b = w.browser("ud94")
    assert b.sign_in("ud94@test.example", "guess").status_code == 422
    assert b.get("/sessions").status_code == 200
