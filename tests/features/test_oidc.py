"""« Se connecter avec ProConnect »: who comes in, who does not, and what an answer must be to be believed."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwk, jwt
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.environment import SettingsError
from portal.features.access import keeping
from portal.features.access.inviting import invite
from portal.rules.lifecycle import Role
from portal.settings import Provider, Settings, read
from tests.features.test_second_factor import activate, give, signed_in
from tests.support.clock import Handed
from tests.support.world import Browser, World

pytestmark = pytest.mark.bare

ISSUER = "https://agents.example"
GO, BACK = "/connexion/proconnect", "/connexion/proconnect/retour"
KEY, OTHER_KEY = (jwk.RSAKey.generate_key(2048, {"kid": name}) for name in ("ours", "ours"))


class Agents:
    """A small identity provider. `claims` change what its token says, `signed` how it is signed, `down` whether it answers."""

    def __init__(self, clock: Handed) -> None:
        self.clock = clock
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] | None = None
        self.key, self.down, self.issuer = KEY, False, ISSUER
        self.codes: dict[str, dict[str, str]] = {}
        self.unsigned = self.shared = self.moved = False

    def authorize(self, location: str) -> str:
        """A person signs in there: the address to which the browser comes back."""
        url = urlsplit(location)
        asked = dict(parse_qsl(url.query))
        assert location.startswith(f"{ISSUER}/authorize?") and asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256" and "email" in asked["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        back = urlsplit(asked["redirect_uri"])
        assert back.path == BACK
        return f"{BACK}?code={code}&state={asked['state']}"

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        assert str(request.url).startswith(ISSUER)
        if self.moved:
            return httpx2.Response(302, headers={"Location": f"https://elsewhere.example{request.url.path}"})
        if self.down:
            raise httpx2.ConnectError("down")
        if request.url.path == "/.well-known/openid-configuration":
            names = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            known = {f"{name}_endpoint": f"{ISSUER}/{path}" for name, path in names.items()}
            return httpx2.Response(200, json={"issuer": self.issuer, "jwks_uri": f"{ISSUER}/keys", **known})
        if request.url.path == "/keys":
            return httpx2.Response(200, json={"keys": [KEY.as_dict(private=False)]})
        if request.url.path == "/userinfo":
            assert request.headers["Authorization"] == "Bearer access"
            return httpx2.Response(200, json=self.userinfo)
        return self.token({name: values[0] for name, values in parse_qs(request.read().decode()).items()})

    def token(self, sent: dict[str, str]) -> httpx2.Response:
        asked = self.codes.pop(sent["code"], None)
        if asked is None or create_s256_code_challenge(sent["code_verifier"]) != asked["code_challenge"]:
            return httpx2.Response(400, json={"error": "invalid_grant"})
        assert sent["client_secret"] == "a secret" and sent["redirect_uri"] == asked["redirect_uri"]
        now = int(self.clock.moment().timestamp())
        claims = {"iss": ISSUER, "aud": "portal", "sub": "1", "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        claims |= {"email": "UD94@test.example", "email_verified": True, **self.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        return httpx2.Response(200, json={"access_token": "access", "token_type": "Bearer", "id_token": self.sign(claims)})

    def sign(self, claims: dict[str, Any]) -> str:
        if self.unsigned:
            parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
            return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."
        if self.shared:
            secret = jwk.OctKey.import_key(b"a secret a secret a secret a secret")
            return jwt.encode({"alg": "HS256"}, claims, secret)
        return jwt.encode({"alg": "RS256", "kid": "ours"}, claims, self.key)


@pytest.fixture
def clock(world: World) -> Handed:
    return Handed(world.now())


@pytest.fixture
def agents(clock: Handed) -> Agents:
    return Agents(clock)


PROVIDER = Provider(ISSUER, "portal", "a secret", second_factor=("eidas2", "mfa"))


@pytest.fixture
def w(world: World, clock: Handed, agents: Agents) -> Iterator[World]:
    serve(world, clock, agents, "demo")
    for who in ("ud94", "centre", "national"):
        world.as_(who)
    yield world
    world.close()


def serve(w: World, clock: Handed, agents: Agents, env: str) -> None:
    w.close()
    url = w.db.url.render_as_string(hide_password=False)
    w._app = create_app(
        Settings(env, url, "a secret for tests", None, public_url="https://portal.example", provider=PROVIDER), clock
    )
    w._app.extensions["portal_db"].audit_key = w.db.audit_key
    w._app.extensions["provider_transport"] = httpx2.MockTransport(agents)
    w._app.config["SESSION_COOKIE_SECURE"] = False


def come(b: Browser, agents: Agents, suite: str = "/sessions") -> TestResponse:
    """Through the provider and back."""
    return b.get(agents.authorize(b.get(f"{GO}?suite={suite}").headers["Location"]))


def refused(b: Browser, answer: TestResponse) -> str:
    """The sentence that is said, on the page where the password still serves."""
    assert answer.status_code == 303 and answer.headers["Location"] == "/connexion" and not signed_in(b)
    page = b.get("/connexion").text
    assert "Mot de passe" in page and 'class="notice bad"' in page
    return page


def test_the_button_is_there_when_a_provider_is_and_only_then(world: World) -> None:
    b = world.browser()
    assert "ProConnect" not in b.get("/connexion").text
    assert b.get(GO).status_code == 404 and b.get(BACK).status_code == 404


def test_a_person_of_the_state_comes_in_by_its_verified_address(w: World, agents: Agents) -> None:
    b = w.browser()
    assert "Se connecter avec ProConnect" in b.get("/connexion").text
    assert come(b, agents, "/jury").headers["Location"] == "/jury" and "UD 94" in b.get("/jury").text
    assert w.scalar("SELECT count(*) FROM account") == 3, "no account is made"


def test_it_leads_to_no_other_site(w: World, agents: Agents) -> None:
    assert come(w.browser(), agents, "https://elsewhere.example/").headers["Location"] == "/"


def test_what_the_token_does_not_say_is_asked_of_the_provider(w: World, agents: Agents) -> None:
    agents.claims = {"email": None, "email_verified": None}
    agents.userinfo = {"sub": "1", "email": "ud94@test.example", "email_verified": True}
    assert come(w.browser(), agents).headers["Location"] == "/sessions"
    agents.userinfo = {"sub": "2", "email": "ud94@test.example", "email_verified": True}
    b = w.browser()
    assert "pas celle qui était attendue" in refused(b, come(b, agents)), "another person's"


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"nonce": "another"}, "pas celle qui était attendue"),
        ({"nonce": None}, "pas celle qui était attendue"),
        ({"aud": "another"}, "pas celle qui était attendue"),
        ({"aud": ["portal", "other"], "azp": "other"}, "pas celle qui était attendue"),
        ({"iss": "https://elsewhere.example"}, "pas celle qui était attendue"),
        ({"exp": 1}, "pas celle qui était attendue"),
        ({"exp": None}, "pas celle qui était attendue"),
        ({"email_verified": False}, "ne garantit pas votre adresse"),
        ({"email_verified": "true"}, "ne garantit pas votre adresse"),
        ({"email_verified": None}, "ne garantit pas votre adresse"),
        ({"email": ""}, "ne dit pas votre adresse"),
        ({"email": "nobody@test.example"}, "Aucun compte d’agent ouvert"),
        ({"email": "centre@test.example"}, "Un centre se connecte avec son mot de passe"),
        ({"email": "invited@test.example"}, "Aucun compte d’agent ouvert"),
        ({"email": "closed@test.example"}, "Aucun compte d’agent ouvert"),
    ],
)
def test_an_answer_that_is_not_so_opens_nothing_and_says_why(w: World, agents: Agents, claims: dict[str, Any], why: str) -> None:
    invite(w.operator(), "invited@test.example", Role.NATIONAL)
    closed = invite(w.operator(), "closed@test.example", Role.NATIONAL, password="a fine long password")
    keeping.close(w.operator(), closed, None, "")
    agents.claims, b = claims, w.browser()
    assert why in refused(b, come(b, agents))
    assert w.scalar("SELECT count(*) FROM sign_in") == 0


def test_a_token_that_the_provider_did_not_sign_is_not_believed(w: World, agents: Agents) -> None:
    for change in ({"unsigned": True}, {"shared": True, "unsigned": False}, {"shared": False, "key": OTHER_KEY}):
        for name, value in change.items():
            setattr(agents, name, value)
        b = w.browser()
        assert "pas celle qui était attendue" in refused(b, come(b, agents)), change


def test_a_token_lasts_no_longer_than_it_says(w: World, agents: Agents, clock: Handed) -> None:
    now = int(clock.moment().timestamp())
    agents.claims = {"exp": now - 59}
    assert come(w.browser(), agents).headers["Location"] == "/sessions", "a minute for clocks that differ"
    agents.claims = {"exp": now - 61}
    b = w.browser()
    refused(b, come(b, agents))


def test_the_answer_must_be_to_this_browsers_question_and_serves_once(w: World, agents: Agents) -> None:
    b = w.browser()
    address = agents.authorize(b.get(GO).headers["Location"])
    forged = address.partition("&state=")[0] + "&state=forged"
    assert "pas celle qui était attendue" in refused(b, b.get(forged))
    thief = w.browser()
    assert "pas celle qui était attendue" in refused(thief, thief.get(address))
    address = agents.authorize(b.get(GO).headers["Location"])
    with b.client.session_transaction() as session:
        asked = list(session["fournisseur"])
    assert b.get(address).status_code == 303 and signed_in(b)
    again = w.browser()
    with again.client.session_transaction() as session:
        session["fournisseur"] = asked
    assert "pas celle qui était attendue" in refused(again, again.get(address)), "the provider has taken the code back"


def test_an_answer_of_another_provider_is_refused(w: World, agents: Agents) -> None:
    b = w.browser()
    address = agents.authorize(b.get(GO).headers["Location"])
    refused(b, b.get(f"{address}&iss=https://elsewhere.example"))
    agents.issuer = "https://elsewhere.example"
    assert "pas celle qui était attendue" in refused(b, b.get(GO))


def test_a_provider_that_is_down_or_given_up_leaves_the_password(w: World, agents: Agents) -> None:
    b = w.browser()
    state = dict(parse_qsl(urlsplit(b.get(GO).headers["Location"]).query))["state"]
    assert "pas allée à son terme" in refused(b, b.get(f"{BACK}?error=access_denied&state={state}"))
    address = agents.authorize(b.get(GO).headers["Location"])
    agents.down = True
    assert "ne répond pas" in refused(b, b.get(address))
    assert "ne répond pas" in refused(b, b.get(GO))
    assert b.sign_in("ud94@test.example", "a fine long password").status_code == 303 and signed_in(b)


def test_a_provider_that_leads_elsewhere_is_not_followed(w: World, agents: Agents) -> None:
    b = w.browser()
    address = agents.authorize(b.get(GO).headers["Location"])
    agents.moved = True
    assert "ne répond pas" in refused(b, b.get(address))
    assert "ne répond pas" in refused(b, b.get(GO))


def test_looking_at_the_answer_takes_nothing(w: World, agents: Agents) -> None:
    b = w.browser()
    address = agents.authorize(b.get(GO).headers["Location"])
    assert b.client.head(address).status_code == 303 and w.scalar("SELECT count(*) FROM sign_in") == 0
    assert b.get(address).headers["Location"] == "/"


# ---- and the second factor


def test_ones_own_second_factor_is_asked_for_unless_the_provider_had_one(w: World, agents: Agents, clock: Handed) -> None:
    phone = activate(w.browser("ud94"), clock)
    b = w.browser()
    assert come(b, agents).headers["Location"] == "/connexion/code?suite=/sessions" and not signed_in(b)
    assert give(b, phone.code()).status_code == 303 and signed_in(b)
    for said in ({"acr": "eidas2"}, {"amr": ["pwd", "mfa"]}):
        agents.claims = said
        assert come(w.browser(), agents).headers["Location"] == "/sessions"
    agents.claims = {"acr": "eidas1", "amr": ["pwd"]}
    assert come(w.browser(), agents).headers["Location"].startswith("/connexion/code")


def test_in_production_the_providers_second_factor_is_enough(w: World, agents: Agents, clock: Handed) -> None:
    serve(w, clock, agents, "production")
    b = w.browser()
    come(b, agents)
    assert b.get("/sessions").headers["Location"].startswith("/compte/second-facteur/application")
    agents.claims, b = {"acr": "eidas2"}, w.browser()
    come(b, agents)
    assert signed_in(b)


def test_before_a_dangerous_act_the_provider_is_asked_again_and_what_was_typed_is_kept(
    w: World, agents: Agents, clock: Handed
) -> None:
    w.session(1, "02/03/2020", "20/04/2020")
    agents.claims, b = {"acr": "eidas2", "email": "national@test.example"}, w.browser()
    come(b, agents)
    address = "/mesures/confinement-2020"
    clock.go_on(timedelta(minutes=11))
    data = {"csrf_token": b.token(), "number": "7"}
    asked = b.client.post(address, data=data)
    page = b.client.post(asked.headers["Location"], data=data).text
    assert "Confirmer avec ProConnect" in page and "Code à six chiffres" not in page
    there = b.get(f"{GO}?suite={address}").headers["Location"]
    assert "prompt=login" in there
    back = b.get(agents.authorize(there))
    assert back.status_code == 200 and f'action="{address}"' in back.text and 'name="number" value="7"' in back.text
    assert w.scalar("SELECT count(*) FROM sign_in WHERE ended_at IS NULL") == 1


# ---- settings


def test_its_settings_go_together_and_over_tls(tmp_path: Path) -> None:
    base = {"PORTAL_SECRET_KEY": "a secret that is long enough for it", "PORTAL_DATABASE_URL": "sqlite:///portal.sqlite"}
    assert read(base, tmp_path).provider is None
    given = {f"PORTAL_OIDC_{n}": v for n, v in (("ISSUER", ISSUER), ("CLIENT_ID", "portal"), ("CLIENT_SECRET", "a secret"))}
    assert read({**base, **given, "PORTAL_OIDC_SECOND_FACTOR": "eidas2, mfa"}, tmp_path).provider == PROVIDER
    assert read({**base, **given}, tmp_path).provider == replace(PROVIDER, second_factor=())
    for wrong, why in (
        ({"PORTAL_OIDC_ISSUER": "http://agents.example"}, "https://"),
        ({"PORTAL_OIDC_CLIENT_SECRET": ""}, "il manque PORTAL_OIDC_CLIENT_SECRET"),
    ):
        with pytest.raises(SettingsError, match=why):
            read({**base, **given, **wrong}, tmp_path)
