"""A second factor: activated, asked for at the sign-in and before dangerous acts, taken away, lost."""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pyotp
import pytest
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.core.outcomes import NotThere
from portal.features.accounts.actions import digest
from portal.features.second_factor import actions, totp
from portal.features.second_factor.actions import CannotReset
from portal.features.second_factor.passkeys import Passkey, Site
from portal.features.second_factor.proofs import Given, Means
from portal.features.second_factor.secrets_box import Box
from portal.rules.lifecycle import Role
from portal.rules.proving import is_required
from portal.settings import Settings
from tests.features.test_command_line import portal  # noqa: F401
from tests.support.clock import Handed, at
from tests.support.world import PASSWORD, Browser, World, hidden

SET_UP, CODE, MINE = "/compte/second-facteur/application", "/connexion/code", "/compte/second-facteur"
SECOND, MINUTE, STEP = timedelta(seconds=1), timedelta(minutes=1), timedelta(seconds=30)


@pytest.fixture
def w(world: World) -> World:
    for who in ("ud94", "national"):
        world.as_(who)
    return world


@pytest.fixture
def clock(w: World) -> Handed:
    return at(w)


class Phone:
    """What a person has: a secret in an application of codes, and the recovery codes."""

    def __init__(self, clock: Handed, secret: str, codes: list[str]) -> None:
        self.clock, self.secret, self.codes = clock, secret, codes

    def code(self, steps: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(self.clock.moment() + steps * STEP)


def activate(b: Browser, clock: Handed) -> Phone:
    page = b.get(SET_UP).text
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found
    phone = Phone(clock, found[1].replace(" ", ""), [])
    done = b.post(SET_UP, etape=1, secret=hidden(page, "secret"), code=phone.code())
    assert done.status_code == 200, done.text
    phone.codes = re.findall(r"<code>([a-z0-9-]+)</code>", done.text)
    assert len(set(phone.codes)) == 10
    return phone


def password(w: World, who: str = "ud94", **more: str) -> Browser:
    """A browser on which the password was right."""
    b = w.browser()
    answer = b.post("/connexion", email=f"{who}@test.example", password=PASSWORD, suite="/sessions", **more)
    assert answer.headers["Location"] == "/connexion/code?suite=/sessions", answer.text
    return b


def give(b: Browser, code: str, suite: str = "/sessions", **more: str) -> TestResponse:
    token = hidden(b.get(CODE).text, "csrf_token")
    return b.client.post(f"{CODE}?suite={suite}", data={"csrf_token": token, "etape": "1", "code": code, **more})


def signed_in(b: Browser) -> bool:
    return b.get("/sessions").status_code == 200


def led(b: Browser, address: str, **fields: str) -> TestResponse:
    """A form is sent, and with all it holds led elsewhere: as a browser follows 307."""
    data = {"csrf_token": b.token(), **fields}
    answer = b.client.post(address, data=data)
    assert answer.status_code == 307
    return b.client.post(answer.headers["Location"], data=data)


def test_a_second_factor_counts_once_a_code_was_shown(w: World, clock: Handed) -> None:
    b = w.browser("ud94")
    assert "Activer le second facteur" in b.get("/compte").text
    page = b.get(SET_UP).text
    for code, why in (("123456", "Ce code ne convient pas"), ("", "Indiquez le code")):
        refused = b.post(SET_UP, etape=1, secret=hidden(page, "secret"), code=code)
        assert refused.status_code == 422 and why in refused.text
        assert re.search('class="secret">[^<]+', refused.text)[0] in page, "the same secret, already in the telephone"  # type: ignore[index]
    assert w.scalar("SELECT count(*) FROM factor") == 0
    phone = activate(b, clock)
    assert signed_in(b), "it ends nothing"
    assert w.scalar("SELECT count(*) FROM mail WHERE subject = 'Un second facteur est activé'") == 1
    kept = str(w.scalar("SELECT secret FROM factor"))
    assert phone.secret not in kept and Box([b"0" * 32]).open(kept) is None
    trail = str(w.scalar("SELECT after FROM audit_event WHERE action = 'factor_added'"))
    assert "totp" in trail and phone.secret not in trail


def test_the_secret_of_another_page_or_person_is_not_taken(w: World, clock: Handed) -> None:
    page = w.browser("national").get(SET_UP).text
    b, secret = w.browser("ud94"), hidden(page, "secret")
    typed = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert typed
    code = Phone(clock, typed[1].replace(" ", ""), []).code()
    assert b.post(SET_UP, etape=1, secret=secret, code=code).status_code == 422
    assert b.post(SET_UP, etape=1, secret="made up", code=code).status_code == 422
    assert w.scalar("SELECT count(*) FROM factor") == 0


def test_the_password_alone_opens_nothing_and_the_code_opens_all(w: World, clock: Handed) -> None:
    phone = activate(w.browser("ud94"), clock)
    b = password(w)
    assert not signed_in(b) and b.get("/compte").status_code == 302 and b.post("/deconnexion").status_code == 302
    assert "Code à six chiffres" in b.get(CODE).text
    assert give(b, "000000").status_code == 422 and not signed_in(b)
    spaced = f" {phone.code()[:3]} {phone.code()[3:]} "
    assert give(b, spaced).headers["Location"] == "/sessions" and signed_in(b)
    assert w.scalar("SELECT count(*) FROM sign_in WHERE awaits_code = 1") == 0


def test_the_sign_in_of_before_the_code_is_another_than_after_it(w: World, clock: Handed) -> None:
    phone = activate(w.browser("ud94"), clock)
    b = password(w)
    with b.client.session_transaction() as session:
        before = session["attend"]
    give(b, phone.code())
    with b.client.session_transaction() as session:
        assert session["_user_id"] != before and "attend" not in session
    thief = w.browser()
    with thief.client.session_transaction() as session:
        session["_user_id"] = before
    assert not signed_in(thief)


def test_a_code_serves_once_and_none_before_it_does(w: World, clock: Handed) -> None:
    phone = activate(w.browser("ud94"), clock)
    code, earlier, later = phone.code(), phone.code(-1), phone.code(1)
    assert give(password(w), code).status_code == 303
    for old in (code, earlier):
        again = give(password(w), old)
        assert again.status_code == 422 and "déjà servi" in again.text
    assert give(password(w), later).status_code == 303


def test_a_telephone_may_be_one_step_off() -> None:
    secret, now = totp.new_secret(), datetime(2020, 6, 15, 9, tzinfo=UTC)
    found = [totp.found_in(secret, pyotp.TOTP(secret).at(now + by * STEP), now) for by in (-2, -1, 0, 1, 2)]
    step = totp.step(now)
    assert found == [None, step - 1, step, step + 1, None]


def test_a_code_is_waited_for_for_five_minutes(w: World, clock: Handed) -> None:
    phone = activate(w.browser("ud94"), clock)
    intime, late = password(w), password(w)
    clock.go_on(5 * MINUTE)
    assert give(intime, phone.code()).status_code == 303
    token = late.token()
    clock.go_on(SECOND)
    over = late.client.post(f"{CODE}?suite=/sessions", data={"csrf_token": token, "etape": "1", "code": phone.code(1)})
    assert over.headers["Location"] == "/connexion?suite=/sessions" and not signed_in(late)
    assert "cinq minutes" in late.get("/connexion").text
    assert late.get(CODE).headers["Location"].startswith("/connexion")


def test_guesses_at_codes_are_refused_at_once_beyond_a_bound_and_the_owner_gets_in(w: World, clock: Handed) -> None:
    phone = activate(w.browser("ud94"), clock)
    known = w.browser()
    known.sign_in("ud94@test.example", PASSWORD)
    assert give(known, phone.code()).status_code == 303
    known.post("/deconnexion")
    b = password(w)
    clock.go_on(MINUTE)
    statuses = [give(b, "000000").status_code for _ in range(12)]
    assert statuses == [422] * 10 + [429] * 2
    refused = give(b, phone.code())
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0 and "n’est pas bloqué" in refused.text
    known.sign_in("ud94@test.example", PASSWORD)
    assert give(known, phone.code()).status_code == 303, "on a browser that it has signed in on before"


def test_what_was_typed_before_the_sign_in_comes_through_the_code(w: World, clock: Handed) -> None:
    phone = activate(w.browser("ud94"), clock)
    b = w.browser()
    typed = {"email": "ud94@test.example", "password": PASSWORD, "suite": "/jury", "kept-last_name": "Éloïse"}
    page = led(b, "/connexion", **typed)
    assert "Code à six chiffres" in page.text and 'name="kept-last_name" value="Éloïse"' in page.text
    wrong = give(b, "000000", "/jury", **{"kept-last_name": "Éloïse"})
    assert 'name="kept-last_name" value="Éloïse"' in wrong.text
    done = give(b, phone.code(), "/jury", **{"kept-last_name": "Éloïse"})
    assert 'action="/jury"' in done.text and 'name="last_name" value="Éloïse"' in done.text and signed_in(b)


def test_what_was_typed_is_not_lost_when_the_code_comes_too_late(w: World, clock: Handed) -> None:
    phone = activate(w.browser("ud94"), clock)
    b = password(w)
    b.token()
    clock.go_on(6 * MINUTE)
    typed = {"etape": "1", "code": phone.code(), "suite": "/jury", "kept-last_name": "Éloïse"}
    page = led(b, f"{CODE}?suite=/jury", **typed)
    assert page.status_code == 200 and "Se connecter" in page.text
    assert 'name="kept-last_name" value="Éloïse"' in page.text and 'name="suite" value="/jury"' in page.text


def test_a_recovery_code_serves_once_is_told_and_can_be_made_anew(w: World, clock: Handed) -> None:
    b = w.browser("ud94")
    phone = activate(b, clock)
    first, second, *_ = phone.codes
    assert give(password(w), first.upper().replace("-", " ")).status_code == 303
    assert give(password(w), first).status_code == 422
    assert w.scalar("SELECT count(*) FROM mail WHERE subject = 'Un code de secours a servi'") == 1
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'recovery_code_used'") == 1
    assert "reste 9 sur 10" in b.get(MINE).text
    assert first.replace("-", "") not in str(w.scalar("SELECT min(digest) FROM recovery_code"))
    made = re.findall(r"<code>([a-z0-9-]+)</code>", b.post(f"{MINE}/codes").text)
    assert w.scalar("SELECT count(*) FROM mail WHERE subject = 'Vos codes de secours ont changé'") == 1
    assert len(made) == 10 and made[0] not in b.get(MINE).text
    assert give(password(w), second).status_code == 422 and give(password(w), made[0]).status_code == 303


def remove(b: Browser, **fields: str) -> TestResponse:
    found = re.search(r"/compte/second-facteur/\d+/retrait", b.get(MINE).text)
    assert found
    return b.post(found[0], **fields)


def test_a_factor_is_taken_away_with_the_password_and_a_code(w: World, clock: Handed) -> None:
    b = w.browser("ud94")
    phone = activate(b, clock)
    assert remove(b, password=PASSWORD, code="000000").status_code == 422
    wrong = remove(b, password="guess", code=phone.code())
    assert wrong.status_code == 422 and "pas votre mot de passe" in wrong.text
    waiting = password(w)
    assert remove(b, password=PASSWORD, code=phone.code()).status_code == 303
    assert "Activer le second facteur" in b.get("/compte").text and b.get(MINE).status_code == 302
    assert waiting.get(CODE).headers["Location"].startswith("/connexion?"), "who waited for a code signs in again"
    assert w.browser().sign_in("ud94@test.example", PASSWORD).headers["Location"] == "/sessions"
    assert w.scalar("SELECT count(*) FROM recovery_code") == 0
    assert w.scalar("SELECT count(*) FROM mail WHERE subject = 'Un second facteur est retiré'") == 1
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'factor_removed'") == 1


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_an_account_has_ten_second_factors_at_most_each_once_and_each_is_told(w: World) -> None:
    work = w.as_("ud94")

    def add(name: str, uses: int = 0) -> object:
        return actions.add_passkey(work, "none", Passkey(name, "a public key", uses), "Firefox")

    first = add("key 1", 7)
    assert isinstance(first, actions.Added) and len(first.codes) == 10
    assert add("key 1") == actions.NotAdded("Ce second facteur est déjà activé.")
    assert [add(f"key {n}") for n in range(2, 11)] == [actions.Added([])] * 9
    assert add("key 11") == actions.NotAdded("Vous avez déjà 10 seconds facteurs : retirez-en un d’abord.")
    kept = "SELECT kind || credential || counter || browser FROM factor WHERE id = 1"
    assert w.scalar(kept) == "passkeykey 17Firefox"
    told = "SELECT after FROM audit_event WHERE action = 'factor_added' ORDER BY id LIMIT 1"
    assert json.loads(str(w.scalar(told))) == {"factor": 1, "kind": "passkey"}
    assert "un second facteur de plus : une clé d’accès." in str(w.scalar("SELECT body FROM mail LIMIT 1"))


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_sign_in_that_is_none_or_another_person_s_takes_no_code(w: World) -> None:
    means = Means(Box([b"0" * 32]), w.now(), Site("localhost", "http://localhost"))
    with w.db.writing() as tx:
        tx.exec_driver_sql(
            "INSERT INTO sign_in (token_digest, account_id, at, browser, address, awaits_code, ended_at) VALUES "
            f"('{digest('hers')}', (SELECT id FROM account WHERE name = 'national'), '2020-06-15 07:00:00', '', '', 1, NULL)"
        )
    for token in ("none", "hers"):
        assert actions.give(w.as_("ud94"), means, token, Given("000000"), actions.Where("")) == actions.TooLate()


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_the_journal_keeps_what_was_refused_of_a_code_and_whose_it_is(w: World, clock: Handed) -> None:
    b, me = w.browser("ud94"), w.as_("ud94").actor.id
    phone = activate(b, clock)
    before = w.scalar("SELECT max(id) FROM security_entry") or 0
    waiting = password(w)
    give(waiting, "000000")
    assert kept_since(w, before) == [("wrong_code", None, me)], "the password alone signs nobody in"
    give(waiting, phone.code())
    remove(b, password="guess", code=phone.code(1))
    remove(b, password=PASSWORD, code="000000")
    assert kept_since(w, before)[1:] == [("signed_in", me, me), ("wrong_password", me, me), ("wrong_code", me, me)]
    before = w.scalar("SELECT max(id) FROM security_entry")
    clock.go_on(MINUTE)
    remove(b, password=PASSWORD, code=phone.code())
    assert [kind for kind, *_ in kept_since(w, before) if kind != "changed"] == []
    taken = json.loads(str(w.scalar("SELECT before FROM audit_event WHERE action = 'factor_removed'")))
    assert taken == {"factor": 1, "kind": "totp"}
    own = "SELECT count(*) FROM guess WHERE key LIKE 'pair:%' OR key LIKE 'known:%'"
    assert w.scalar(own) == 0, "who was right in the end has all guesses back"


def kept_since(w: World, number: object) -> list[tuple[object, ...]]:
    """The rows of the journal after this one: what, who did it, whose account it is about."""
    query = f"SELECT kind, account_id, about_id FROM security_entry WHERE id > {number} ORDER BY id"
    with w.db.reading() as conn:
        return [tuple(row) for row in conn.exec_driver_sql(query)]


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_taking_away_ends_what_is_open_of_that_person_and_leaves_what_had_ended(w: World, clock: Handed) -> None:
    activate(w.browser("ud94"), clock)
    with w.db.writing() as tx:
        tx.exec_driver_sql("UPDATE sign_in SET ended_at = NULL")
        insert = "INSERT INTO sign_in (token_digest, account_id, at, browser, address, awaits_code, ended_at) VALUES "
        row = "('{}', (SELECT id FROM account WHERE name = '{}'), '2020-06-15 07:00:00', '', '', {}, {})"
        rows = [
            ("open", "ud94", 0, "NULL"),
            ("waits", "ud94", 1, "NULL"),
            ("past", "ud94", 1, "'2020-06-01 07:00:00'"),
            ("hers", "national", 1, "NULL"),
        ]
        tx.exec_driver_sql(insert + ", ".join(row.format(*one) for one in rows))
    actions.reset(w.as_("national"), w.as_("ud94").actor.id or 0)
    with w.db.reading() as conn:
        ended = dict(tuple(row) for row in conn.exec_driver_sql("SELECT token_digest, ended_at FROM sign_in"))
    with pytest.raises(NotThere):
        actions.reset(w.as_("national"), 999)
    with pytest.raises(CannotReset, match="Aucun compte n’a l’adresse nobody"):
        actions.reset_of(w.operator(), "nobody@test.example")
    assert [str(ended[of])[:10] for of in ("open", "waits", "past", "hers")] == ["2020-06-15", "2020-06-15", "2020-06-01", "None"]


def test_the_first_factor_of_each_person_gives_ten_codes_and_the_next_gives_none(w: World, clock: Handed) -> None:
    activate(w.browser("ud94"), clock)
    b = w.browser("national")
    activate(b, clock)
    page = b.get(SET_UP).text
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found
    second = Phone(clock, found[1].replace(" ", ""), [])
    b.post(SET_UP, etape=1, secret=hidden(page, "secret"), code=second.code())
    assert w.scalar("SELECT count(*) FROM factor") == 3 and w.scalar("SELECT count(*) FROM recovery_code") == 20


def test_of_two_factors_the_other_stays_with_its_codes(w: World, clock: Handed) -> None:
    b = w.browser("ud94")
    activate(b, clock)
    page = b.get(SET_UP).text
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found
    kept = Phone(clock, found[1].replace(" ", ""), [])
    b.post(SET_UP, etape=1, secret=hidden(page, "secret"), code=kept.code())
    clock.go_on(MINUTE)
    assert remove(b, password=PASSWORD, code=kept.code()).status_code == 303, "the one above in the list"
    assert w.scalar("SELECT count(*) FROM factor") == 1 and w.scalar("SELECT count(*) FROM recovery_code") == 10
    clock.go_on(MINUTE)
    waiting = password(w)
    assert give(waiting, kept.code()).status_code == 303 and signed_in(waiting)


def test_guesses_at_taking_one_away_are_refused_at_once_beyond_a_bound(w: World, clock: Handed) -> None:
    b = w.browser("ud94")
    phone = activate(b, clock)
    codes = [remove(b, password="guess", code="000000").status_code for _ in range(22)]
    assert codes == [422] * 20 + [429] * 2, "ten on a browser that it has signed in on, ten as anybody"
    assert remove(b, password=PASSWORD, code=phone.code()).status_code == 429 and w.scalar("SELECT count(*) FROM factor") == 1


def test_anothers_factor_is_not_there(w: World, clock: Handed) -> None:
    activate(w.browser("ud94"), clock)
    number = w.scalar("SELECT id FROM factor")
    assert w.browser("national").get(f"{MINE}/{number}/retrait").status_code == 404
    assert w.browser("national").post(f"{MINE}/{number}/retrait", password=PASSWORD).status_code == 404


# ---- before a dangerous act


def dangerous(b: Browser) -> TestResponse:
    return b.get("/sessions/export?quoi=candidats")


def test_it_is_asked_for_again_after_ten_minutes_before_a_dangerous_act(w: World, clock: Handed) -> None:
    b = w.browser("ud94")
    assert dangerous(b).status_code == 200, "never of who has none"
    phone = activate(b, clock)
    clock.go_on(10 * MINUTE)
    assert dangerous(b).status_code == 200
    clock.go_on(SECOND)
    asked = dangerous(b)
    assert asked.headers["Location"].startswith(CODE) and "candidats" in asked.headers["Location"]
    assert b.get("/sessions/export?quoi=sessions").status_code == 200 and signed_in(b)
    assert "Confirmez que c’est vous" in b.get(asked.headers["Location"]).text
    back = b.post(asked.headers["Location"], etape=1, code=phone.code())
    assert back.headers["Location"] == "/sessions/export?quoi=candidats" and dangerous(b).status_code == 200


def test_what_was_typed_before_a_dangerous_act_is_kept_and_nothing_is_done_yet(w: World, clock: Handed) -> None:
    w.session(1, "02/03/2020", "20/04/2020")
    b = w.browser("national")
    phone = activate(b, clock)
    clock.go_on(11 * MINUTE)
    address = "/mesures/confinement-2020"
    asked = led(b, address, number="7")
    assert "Confirmez que c’est vous" in asked.text and 'name="kept-number" value="7"' in asked.text
    back = b.client.post(
        f"{CODE}?suite={address}", data={"csrf_token": b.token(), "etape": "1", "code": phone.code(), "kept-number": "7"}
    )
    assert back.status_code == 200 and f'action="{address}"' in back.text
    shown = b.post(address, _reprise=1, number="7")
    assert shown.status_code == 200 and 'value="7"' in shown.text
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'measure_applied'") == 0


def test_it_is_asked_for_again_before_an_account_is_closed(w: World, clock: Handed) -> None:
    b, number = w.browser("national"), w.as_("ud94").actor.id
    phone = activate(b, clock)
    clock.go_on(11 * MINUTE)
    address, typed = f"/comptes/{number}/fermeture", {"version": "1", "reason": "A quitté l’unité"}
    assert b.get(address).status_code == 200, "reading what it would do is no danger"
    asked = led(b, address, **typed)
    assert "Confirmez que c’est vous" in asked.text and 'name="kept-reason" value="A quitté l’unité"' in asked.text
    give(b, phone.code(), address, **{f"kept-{name}": value for name, value in typed.items()})
    assert w.scalar("SELECT count(*) FROM account WHERE closed_at IS NOT NULL") == 0, "it comes back as typed, and waits"
    assert b.post(address, **typed).status_code == 303
    assert w.scalar("SELECT count(*) FROM account WHERE closed_at IS NOT NULL") == 1


def test_every_address_that_is_asked_for_again_is_there(w: World) -> None:
    from portal.features.second_factor.routes import AGAIN, BEFORE

    assert set(AGAIN) | BEFORE <= {rule.endpoint for rule in w.app().url_map.iter_rules()}


# ---- where it is required


@pytest.mark.parametrize("role", Role)
def test_in_production_the_states_people_must_have_one_and_nobody_in_the_demonstration(role: Role) -> None:
    assert is_required(role, demo=False) == (role is not Role.CENTRE) and not is_required(role, demo=True)


def in_production(w: World, clock: Handed) -> None:
    """The same world, as it is in production."""
    url = w.db.url.render_as_string(hide_password=False)
    w.close()
    w._app = create_app(Settings("production", url, "a secret for tests", None), clock)
    w._app.extensions["portal_db"].audit_key = w.db.audit_key
    w._app.config["SESSION_COOKIE_SECURE"] = False  # the client here speaks HTTP


@pytest.mark.bare
def test_who_must_have_one_is_led_to_it_before_anything_else(w: World, clock: Handed) -> None:
    in_production(w, clock)
    b, centre = w.browser("ud94"), w.browser("centre")
    assert signed_in(centre)
    for address in ("/", "/sessions", "/compte"):
        assert b.get(address).headers["Location"].startswith(SET_UP)
    kept = led(b, "/jury", last_name="Éloïse")
    assert "avant tout le reste" in kept.text and 'name="kept-last_name" value="Éloïse"' in kept.text
    phone = activate(b, clock)
    assert signed_in(b)
    clock.go_on(STEP)
    refused = remove(b, password=PASSWORD, code=phone.code())
    assert refused.status_code == 403 and "doit en garder un" in refused.text
    assert w.scalar("SELECT count(*) FROM factor") == 1


# ---- lost


def test_the_national_account_takes_away_a_lost_one(w: World, clock: Handed) -> None:
    b = w.browser("ud94")
    activate(b, clock)
    number = w.as_("ud94").actor.id
    assert w.browser("ud75").post(f"/comptes/{number}/second-facteur").status_code == 404
    assert w.scalar("SELECT count(*) FROM factor") == 1
    national, page = w.browser("national"), f"/comptes/{number}"
    button = "Retirer le second facteur perdu"
    assert button in national.get(page).text and "Second facteur activé." in national.get(page).text
    done = national.post(f"{page}/second-facteur")
    assert done.headers["Location"] == page
    told = national.get(page).text
    assert "Son second facteur est retiré" in told and button not in told
    assert "Second facteur retiré ; ses connexions ont pris fin." in told
    again = national.post(f"{page}/second-facteur")
    assert again.headers["Location"] == page and "n’a pas de second facteur" in national.get(page).text
    assert not signed_in(b), "its sign-ins ended"
    assert w.browser().sign_in("ud94@test.example", PASSWORD).headers["Location"] == "/sessions"
    assert w.scalar("SELECT count(*) FROM mail WHERE subject = 'Votre second facteur est retiré'") == 1
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'factors_reset'") == 1
    with pytest.raises(CannotReset, match="pas de second facteur"):
        actions.reset_of(w.operator(), "ud94@test.example")


def test_one_does_not_get_rid_of_ones_own_by_resetting_it(w: World, clock: Handed) -> None:
    activate(w.browser("national"), clock)
    me = w.as_("national")
    with pytest.raises(CannotReset, match="Votre propre"):
        actions.reset(me, me.actor.id or 0)


def test_the_operator_takes_away_a_lost_one(portal: Callable[..., CompletedProcess[str]], tmp_path: Path) -> None:  # noqa: F811
    portal("migrate")
    portal("users", "add", "a@test.example", "--role", "national", "--password-stdin", typed=f"{PASSWORD}\n")
    refused = portal("users", "reset", "a@test.example", "--second-factor")
    assert refused.returncode == 1 and "pas de second facteur" in refused.stderr
    with closing(sqlite3.connect(tmp_path / "p.sqlite")) as db, db:
        made = (1, "totp", "a", "shut", 0, "2020-06-15 07:00:00")
        db.execute("INSERT INTO factor (account_id, kind, credential, secret, counter, added_at) VALUES (?, ?, ?, ?, ?, ?)", made)
        db.execute("INSERT INTO sign_in (token_digest, account_id, at) VALUES ('d', 1, '2020-06-15 07:00:00')")
    done = portal("users", "reset", " A@test.example", "--second-factor")
    assert done.stdout == "Second facteur retiré : a@test.example. Ses connexions ont pris fin.\n", done.stderr
    with closing(sqlite3.connect(tmp_path / "p.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM factor").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM sign_in WHERE ended_at IS NULL").fetchone() == (0,)
    assert portal("users", "reset", "nobody@test.example", "--second-factor").returncode == 1
