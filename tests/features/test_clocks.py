"""Nodes whose clocks are apart, and a clock that is set back: nothing changes for people."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from itsdangerous import BadData, URLSafeTimedSerializer

from portal.app import create_app
from portal.rules.proving import APART, TO_GIVE, within
from portal.settings import Settings
from portal.web.signed import young
from portal.web.tags import day_in_paris, long_day_in_paris
from tests.support.clock import Handed
from tests.support.world import PASSWORD, Browser, World

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.session(1, "01/06/2020", "12/06/2020")
    yield world
    world.close()


def node(w: World, apart: timedelta) -> Browser:
    """Another node of the same service, whose clock is so far from ours."""
    app = create_app(
        Settings("demo", w.db.url.render_as_string(hide_password=False), "a secret for tests", w.today), Handed(w.now() + apart)
    )
    app.extensions["portal_db"] = w.db
    return Browser(app.test_client())


@pytest.mark.parametrize("apart", [-30 * SECOND, 30 * SECOND, -HOUR])
def test_who_signed_in_on_one_node_works_on_another(w: World, apart: timedelta) -> None:
    w.as_("centre")
    here, there = node(w, timedelta()), node(w, apart)
    assert here.sign_in("centre@test.example", PASSWORD).status_code == 303
    for name in ("portail", "appareil"):
        if cookie := here.client.get_cookie(name):
            there.client.set_cookie(name, cookie.value)
    assert there.get("/sessions/1").status_code == 200
    done = there.post("/sessions/1/annulation", version=w.get(1).version, reason="x")
    assert done.status_code == 303 and there.get("/sessions").status_code == 200
    back = there.client.get_cookie("portail")
    assert back
    here.client.set_cookie("portail", back.value)
    assert here.get("/sessions").status_code == 200, "and back again"


@pytest.mark.parametrize("apart", [-30 * SECOND, -HOUR])
def test_a_clock_that_was_set_back_shuts_nobody_out(w: World, apart: timedelta) -> None:
    w.as_("centre")
    ahead, behind = node(w, timedelta()), node(w, apart)
    for _ in range(9):
        assert ahead.sign_in("centre@test.example", "wrong").status_code == 422
    assert behind.sign_in("centre@test.example", PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("passed", "counts"),
    [(TO_GIVE, True), (TO_GIVE + SECOND, False), (-HOUR, True), (-APART, True), (-APART - SECOND, False)],
)
def test_what_seems_to_come_is_taken_for_now(passed: timedelta, counts: bool) -> None:
    since = datetime(2020, 6, 15, 9)
    assert within(TO_GIVE, since, since + passed) is counts


@pytest.mark.parametrize(("seconds", "read"), [(-1, False), (60, True)])
def test_what_was_signed_is_read_while_it_is_young(seconds: int, read: bool) -> None:
    signer = URLSafeTimedSerializer("a key", salt="x")
    text = signer.dumps([1])
    if read:
        assert young(signer, text, seconds) == [1]
    else:
        with pytest.raises(BadData):
            young(signer, text, seconds)


def test_what_a_node_ahead_of_us_signed_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    signer = URLSafeTimedSerializer("a key", salt="x")
    maker = signer.make_signer(signer.salt)
    monkeypatch.setattr(type(maker), "get_timestamp", lambda _: 4_000_000_000)
    text = signer.dumps([1])
    monkeypatch.undo()
    assert young(signer, text, 60) == [1]


def test_what_was_done_after_midnight_in_paris_is_of_that_day() -> None:
    """The database keeps it in UTC, where it is still the day before."""
    at = datetime(2020, 6, 14, 22, 30, tzinfo=UTC)
    assert (day_in_paris(at), long_day_in_paris(at)) == ("15/06/2020", "lundi 15 juin 2020")
    assert long_day_in_paris(at.date()) == "dimanche 14 juin 2020"
