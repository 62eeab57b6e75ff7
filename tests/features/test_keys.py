"""The key of cookies, links and secrets changes without anybody noticing, and that of the trail is not mistaken for another."""

import re

import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import InvalidToken
from sqlalchemy import update

from portal.app import create_app
from portal.cli import cli
from portal.core import invitations
from portal.environment import SettingsError
from portal.features.second_factor.renewing import renew, standing
from portal.features.second_factor.secrets_box import Box
from portal.settings import Settings, read
from portal.store.audit import WrongKey
from portal.store.factors import factor
from portal.web import devices
from tests.features.test_second_factor import STEP, activate, give, password, signed_in
from tests.support.clock import Handed, at
from tests.support.world import Browser, World

BEFORE, AFTER = "a secret for tests", "another secret for tests"
GOOD, GOOD_BEFORE = "0123456789abcdef" * 2, "fedcba9876543210" * 2
LONG = GOOD * 2
on_sqlite = pytest.mark.parametrize("db", ["sqlite"], indirect=True)

pytestmark = pytest.mark.bare


@pytest.fixture
def clock(world: World) -> Handed:
    return at(world)


def under(w: World, clock: Handed, key: str, *old: str) -> Settings:
    """The same world, served under these keys from now on."""
    settings = Settings("demo", w.db.url.render_as_string(hide_password=False), key, w.today, old_secret_keys=old)
    w._app = create_app(settings, clock)
    w._app.extensions["portal_db"] = w.db
    return settings


def moved(w: World, b: Browser) -> Browser:
    """The same browser, with its cookies, at the portal as it is served now."""
    client = w.app().test_client()
    for name in ("portail", "appareil"):
        if cookie := b.client.get_cookie(name):
            client.set_cookie(name, cookie.value)
    return Browser(client)


@on_sqlite
@pytest.mark.parametrize("old", [(), ("one more", BEFORE)], ids=["forgotten", "kept"])
def test_what_the_key_before_signed_is_read_while_it_is_kept(world: World, clock: Handed, old: tuple[str, ...]) -> None:
    kept, b = bool(old), world.browser("centre")
    b.post("/calendrier/adresse", action="creer")
    private = re.findall(r"/calendrier/[\w.-]+\.ics", b.get("/calendrier").text)[0]
    form, link = b.token(), invitations.signer([BEFORE]).dumps([1, 1])
    settings = under(world, clock, AFTER, *old)
    again = moved(world, b)
    assert signed_in(again) == kept
    assert (again.get(private).status_code == 200) == kept
    sent = again.client.post("/calendrier/adresse", data={"csrf_token": form, "action": "creer"})
    assert (sent.headers.get("Location") == "/calendrier#adresse") == kept, "a form that was open meanwhile"
    assert (invitations.invitation(settings.signing_keys, link) == (1, 1)) == kept
    device = again.client.get_cookie("appareil")
    assert device
    with world.app().test_request_context(headers={"Cookie": f"appareil={device.value}"}):
        assert devices.knows("centre@test.example") == kept


@on_sqlite
def test_what_is_signed_today_is_signed_under_todays_key(world: World, clock: Handed) -> None:
    settings = under(world, clock, AFTER, BEFORE)
    b = world.browser("centre")
    link = invitations.address(settings, 1).rpartition("/")[2]
    under(world, clock, AFTER)
    again = moved(world, b)
    assert signed_in(again) and invitations.invitation([AFTER], link) == (1, 1)
    assert invitations.invitation([BEFORE], link) is None


@on_sqlite
def test_secrets_of_codes_are_read_under_both_keys_and_renewed_under_the_new_one(world: World, clock: Handed) -> None:
    phone = activate(world.browser("ud94"), clock)
    settings = under(world, clock, AFTER, BEFORE)
    clock.go_on(STEP)
    b = password(world)
    give(b, phone.code())
    assert signed_in(b), "the old key is kept"
    both, alone = Box(settings.factor_keys), Box(settings.factor_keys[:1])
    with world.db.reading() as conn:
        assert standing(conn, both) == (1, 0) and standing(conn, alone) == (0, 1)
    assert renew(world.db, both) == (1, 0) and renew(world.db, both) == (0, 0)
    under(world, clock, AFTER)
    clock.go_on(STEP)
    b = password(world)
    give(b, phone.code())
    assert signed_in(b), "the old key is forgotten"
    with world.db.writing() as tx:
        tx.execute(update(factor).values(secret="nobody's"))
    assert renew(world.db, both) == (0, 1)
    with pytest.raises(InvalidToken):
        both.renewed("nobody's")


# ---- the trail


def portal(w: World, *words: str, **more: str) -> Result:
    own = {"PORTAL_ENV": "demo", "PORTAL_DATABASE_URL": w.db.url.render_as_string(hide_password=False), **more}
    return CliRunner().invoke(cli, words, env=own)


def seal(w: World, key: str) -> None:
    """The trail of this world begins under the key that this secret gives."""
    with w.db.writing() as tx:
        tx.exec_driver_sql("DROP TRIGGER audit_event_no_delete")
        tx.exec_driver_sql("DELETE FROM audit_event")
        tx.exec_driver_sql("DELETE FROM audit_head")
    w.db.audit_key = Settings("demo", "", key, None).audit_key
    w.as_("national")


@on_sqlite
@pytest.mark.parametrize("words", [("serve",), ("worker", "--once"), ("users", "close", "national@test.example")])
def test_nothing_begins_under_a_key_that_does_not_fit_the_trail(world: World, words: tuple[str, ...]) -> None:
    seal(world, "first")
    before = world.scalar("SELECT count(*) FROM audit_event")
    refused = portal(world, *words, PORTAL_SECRET_KEY="second")
    assert refused.exit_code == 1 and refused.stdout == ""
    assert "PORTAL_AUDIT_KEY la clé secrète (PORTAL_SECRET_KEY) sous laquelle cette base a servi" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    refused = portal(world, *words, PORTAL_SECRET_KEY="second", PORTAL_OLD_SECRET_KEYS="zero, first")
    assert refused.exit_code == 1 and "la clé n° 2 de PORTAL_OLD_SECRET_KEYS" in refused.stderr
    assert world.scalar("SELECT count(*) FROM audit_event") == before


@on_sqlite
def test_the_trail_keeps_its_key_while_the_other_changes(world: World) -> None:
    seal(world, "first")
    told = portal(world, "users", "add", "a@test.example", "--role", "national", PORTAL_SECRET_KEY="2", PORTAL_AUDIT_KEY="first")
    assert told.exit_code == 0, told.output
    for keys in ({"PORTAL_SECRET_KEY": "first"}, {"PORTAL_SECRET_KEY": "3", "PORTAL_AUDIT_KEY": "first"}):
        assert portal(world, "worker", "--once", **keys).exit_code == 0
    assert portal(world, "audit", "verify", PORTAL_SECRET_KEY="2").exit_code == 1


def test_whoever_writes_under_another_key_writes_nothing(world: World) -> None:
    person, key = world.as_("centre"), world.db.audit_key
    world.db.audit_key = b"another"
    with pytest.raises(WrongKey):
        world.as_("ud94")
    world.db.audit_key = key
    assert world.scalar("SELECT count(*) FROM account") == 1 and person.actor.id
    assert world.as_("ud94").actor.id


# ---- the settings


def settings(**given: str) -> Settings:
    return read({"PORTAL_ENV": "production", "PORTAL_SECRET_KEY": GOOD, **given})


def test_keys_are_taken_apart_at_commas() -> None:
    found = settings(PORTAL_OLD_SECRET_KEYS=f" {GOOD_BEFORE}, {LONG} ,")
    assert found.signing_keys == (GOOD_BEFORE, LONG, GOOD)
    assert found.factor_keys[0] == settings().factor_keys[0] and len(set(found.factor_keys)) == 3
    assert settings(PORTAL_AUDIT_KEY=GOOD_BEFORE).audit_key == settings(PORTAL_SECRET_KEY=GOOD_BEFORE).audit_key


@pytest.mark.parametrize(
    ("name", "poor"),
    [("PORTAL_OLD_SECRET_KEYS", f"{GOOD},aaaa"), ("PORTAL_AUDIT_KEY", "a" * 40), ("PORTAL_AUDIT_KEY", GOOD[:15])],
)
def test_a_poor_key_is_refused_in_production(name: str, poor: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} a moins de") as error:
        settings(**{name: poor})
    assert poor not in str(error.value)
    assert settings(PORTAL_AUDIT_KEY=GOOD[:16]).audit_key, "what sealed a trail before 1.14"
