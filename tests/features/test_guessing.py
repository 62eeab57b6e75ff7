"""Guessing a password: bounded for each account whoever guesses from wherever, refused at once, and its owner gets in."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import text

from portal.app import create_app
from portal.clock import Clock
from portal.environment import SettingsError
from portal.features.accounts import throttle
from portal.features.accounts.actions import SignedIn, TooSoon, WrongPassword, sign_in_with
from portal.features.accounts.throttle import Place
from portal.settings import Settings, read
from portal.store.actors import Device
from tests.support.clock import at
from tests.support.world import PASSWORD, Browser, World

HOUR = timedelta(hours=1)
OWNER = "centre@test.example"


@pytest.fixture
def w(world: World) -> World:
    world.as_("centre")
    return world


def from_address(w: World, address: str) -> Browser:
    client = w.app().test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return Browser(client)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
    ],
)
def test_who_shares_the_bound_of_an_address(one: str, other: str, same: bool) -> None:
    keys = [{key for bounds in Place(OWNER, address).bounds for key in bounds} for address in (one, other)]
    assert (keys[0] == keys[1]) == same


@pytest.mark.parametrize(("attackers", "addresses"), [(1, 1), (1, 1000), (3, 1), (3, 1000)])
def test_in_an_hour_of_attack_a_hundred_guesses_are_looked_at_and_the_owner_gets_in_each_time(
    w: World, monkeypatch: pytest.MonkeyPatch, attackers: int, addresses: int
) -> None:
    """More guesses than have a place, in every minute of the hour; the owner comes at its beginning, in its middle and at its end."""
    looked_at = count()

    def look(_hash: str | None, password: str) -> bool:
        return password == PASSWORD or next(looked_at) < 0

    monkeypatch.setattr("portal.features.accounts.passwords.fits", look)
    clock, mine, numbers = at(w), from_address(w, "198.51.100.7"), count()
    answers: list[object] = []
    mine.sign_in(OWNER, PASSWORD)
    mine.post("/deconnexion")

    def guess(attacker: int) -> object:
        number = next(numbers)
        address = f"192.{attacker}.{number % addresses // 250}.{number % 250 % addresses}"
        return type(sign_in_with(w.db, clock.now(), OWNER, f"guess {number}", Device(address)))

    with ThreadPoolExecutor(attackers) as pool:
        for minute in range(60):
            clock.go_on(HOUR / 60)
            answers += pool.map(guess, [n % attackers for n in range(4 if minute else 34)])
            if minute in (0, 30, 59):
                assert mine.sign_in(OWNER, PASSWORD).status_code == 303, "at the first right password"
                mine.post("/deconnexion")
    seen = Counter(answers)
    assert seen.total() == 270 and seen.keys() == {WrongPassword, TooSoon}
    assert seen[WrongPassword] == next(looked_at) <= 100, "what is refused is not even looked at"
    assert seen[WrongPassword] >= 10, "a person who mistypes is not refused at once"


def test_the_owner_gets_in_on_a_browser_known_to_the_account_while_others_guess(w: World) -> None:
    at(w)
    mine = from_address(w, "198.51.100.7")
    assert mine.sign_in(OWNER, PASSWORD).status_code == 303
    mine.post("/deconnexion")
    for i in range(100):
        sign_in_with(w.db, w.now(), OWNER, "guess", Device(f"192.0.2.{i}"))
    assert from_address(w, "198.51.100.8").sign_in(OWNER, PASSWORD).status_code == 429, "an attack runs"
    assert mine.sign_in(OWNER, PASSWORD).status_code == 303


def test_a_known_browser_is_slowed_like_any_other_after_ten_failures(w: World) -> None:
    at(w)
    mine = from_address(w, "198.51.100.7")
    mine.sign_in(OWNER, PASSWORD)
    mine.post("/deconnexion")
    codes = Counter(mine.sign_in(OWNER, f"guess {i}").status_code for i in range(40))
    assert codes == {422: 20, 429: 20}, "its own ten, then those of any browser at this address"


def test_who_a_browser_is_known_to_cannot_be_read_in_its_cookie_or_taken_to_another_account(w: World) -> None:
    at(w)
    mine = from_address(w, "198.51.100.7")
    mine.sign_in(OWNER, PASSWORD)
    cookie = mine.client.get_cookie("appareil")
    assert cookie and "test.example" not in cookie.decoded_value
    mine.post("/deconnexion")
    codes = Counter(mine.sign_in("national@test.example", f"guess {i}").status_code for i in range(30))
    assert codes == {422: 10, 429: 20}


def test_a_guess_that_is_refused_says_when_to_try_again_and_keeps_the_address(w: World) -> None:
    clock = at(w)
    b = from_address(w, "198.51.100.7")
    for _ in range(10):
        assert b.sign_in(OWNER, "guess").status_code == 422
    refused = b.sign_in(OWNER, PASSWORD)
    assert refused.status_code == 429 and refused.headers["Retry-After"] == "180"
    assert (
        "Réessayez dans 3 minutes" in refused.text and "votre UD vous aide" in refused.text and f'value="{OWNER}"' in refused.text
    )
    clock.go_on(timedelta(seconds=180))
    assert b.sign_in(OWNER, PASSWORD).status_code == 303


def test_a_password_that_is_refused_is_not_even_looked_at(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = count()

    def look(_hash: str | None, _password: str) -> bool:
        next(looks)
        return False

    monkeypatch.setattr("portal.features.accounts.passwords.fits", look)
    for _ in range(50):
        sign_in_with(w.db, w.now(), OWNER, "guess", Device("192.0.2.1"))
    assert next(looks) == 10


def test_a_hundred_and_twenty_wrong_passwords_hold_nobody_up(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(seconds: float) -> None:
        raise AssertionError(f"somebody slept for {seconds} s")

    at(w)
    monkeypatch.setattr("time.sleep", never)
    browsers = [from_address(w, f"192.0.2.{i}") for i in range(24)]
    for b in browsers:
        b.token()
    with ThreadPoolExecutor(8) as clients:
        sent = [clients.submit(b.sign_in, OWNER, f"guess {i}") for i in range(5) for b in browsers]
        assert from_address(w, "198.51.100.7").get("/healthz").status_code == 200
        codes = Counter(answer.result().status_code for answer in sent)
    assert codes == {422: 20, 429: 100}


def test_right_passwords_are_not_counted(w: World) -> None:
    at(w)
    w.as_("ud94")
    for _ in range(25):  # more than any bound of one account
        assert isinstance(sign_in_with(w.db, w.now(), OWNER, PASSWORD, Device("192.0.2.1")), SignedIn)
    assert w.scalar("select count(*) from guess where key like 'pair:%'") == 0
    assert isinstance(sign_in_with(w.db, w.now(), "ud94@test.example", PASSWORD, Device("192.0.2.1")), SignedIn)


def test_an_address_that_tries_every_account_is_bounded(w: World) -> None:
    seen = Counter(type(sign_in_with(w.db, w.now(), f"a{i}@test.example", "guess", Device("2001:db8::1"))) for i in range(210))
    assert seen[WrongPassword] == 200
    other = [sign_in_with(w.db, w.now(), f"b{i}@test.example", "guess", Device(f"2001:db8::{i}")) for i in range(1, 4)]
    assert all(isinstance(answer, TooSoon) for answer in other), "a subscriber has a whole network of them"


def test_the_counters_are_bounded_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "KEYS", 50)
    keys = {key for i in range(1_000) for key in Place(f"{i}@test.example", f"192.0.{i // 250}.{i % 250}").bounds[0]}
    of_each_kind = Counter(key.partition(":")[0] for key in keys)
    assert len(of_each_kind) == 3 and max(of_each_kind.values()) <= throttle.KEYS


def test_the_counters_go_when_they_hold_nothing(w: World) -> None:
    for i in range(30):
        sign_in_with(w.db, w.now(), f"a{i}@test.example", "guess", Device(f"192.0.2.{i}"))
    assert w.scalar("select count(*) from guess") == 90
    sign_in_with(w.db, w.now() + 2 * HOUR, OWNER, "guess", Device("198.51.100.7"))
    assert w.scalar("select count(*) from guess") == 3


def test_a_clock_that_was_set_back_shuts_nobody_out(w: World) -> None:
    for _ in range(11):
        sign_in_with(w.db, w.now() + timedelta(days=1), OWNER, "guess", Device("192.0.2.1"))
    assert isinstance(sign_in_with(w.db, w.now(), OWNER, PASSWORD, Device("192.0.2.1")), SignedIn)


@pytest.mark.parametrize(("proxies", "counted"), [(0, "192.0.2.1"), (1, "203.0.113.9"), (2, "203.0.113.8")])
def test_the_address_is_the_one_that_trusted_proxies_tell(w: World, proxies: int, counted: str) -> None:
    url = w.db.url.render_as_string(hide_password=False)
    app = create_app(Settings("demo", url, "a secret for tests", w.today, trusted_proxies=proxies), Clock(w.today))
    client = app.test_client()
    client.environ_base |= {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "203.0.113.8, 203.0.113.9"}
    Browser(client).sign_in(OWNER, "guess")
    app.extensions["portal_db"].dispose()
    (key,) = (key for key in Place(OWNER, counted).bounds[0] if key.startswith("address:"))
    with w.db.reading() as conn:
        assert conn.execute(text("select key from guess where key like 'address:%'")).scalars().all() == [key]


def test_how_many_proxies_are_trusted_is_a_number() -> None:
    demo = {"PORTAL_ENV": "demo", "PORTAL_SECRET_KEY": "k"}
    assert read(demo).trusted_proxies == 0 and read(demo | {"PORTAL_TRUSTED_PROXIES": "2"}).trusted_proxies == 2
    with pytest.raises(SettingsError, match="mandataires"):
        read(demo | {"PORTAL_TRUSTED_PROXIES": "oui"})


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_right_and_wrong_passwords_at_once_wait_for_each_other_and_never_in_a_circle(w: World) -> None:
    at(w)
    for i in range(40):
        sign_in_with(w.db, w.now() - 3 * HOUR, f"a{i}@test.example", "guess", Device(f"192.0.3.{i}"))
    with ThreadPoolExecutor(6) as pool:
        words = [PASSWORD, "guess", PASSWORD, "guess", PASSWORD, PASSWORD] * 4
        answers = Counter(
            type(a) for a in pool.map(lambda word: sign_in_with(w.db, w.now(), OWNER, word, Device("192.0.2.1")), words)
        )
    assert answers[SignedIn] >= 8 and answers.total() == 24
