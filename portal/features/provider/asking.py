"""What an identity provider is asked, and whether what it answers is so (OpenID Connect, code with PKCE)."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from portal.settings import Provider

SECONDS = 5.0  # that the provider has for one answer
LEEWAY = 60  # seconds by which its clock may be off
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")  # none that a shared secret signs


class Failed(StrEnum):
    """Why nobody was told of."""

    DOWN = "down"
    GIVEN_UP = "given_up"
    NOT_SO = "not_so"
    NO_ADDRESS = "no_address"
    NOT_VERIFIED = "not_verified"


class CannotTell(Exception):
    def __init__(self, why: Failed) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Started:
    """What binds an answer to its question; kept in the browser that asks."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """A verified address, and whether the provider says that a second factor was given."""

    email: str
    proved_twice: bool


class Asking:
    """One provider, asked for one browser. `moment`: the real one; `transport`: how it is reached, in tests."""

    def __init__(self, provider: Provider, address: str, moment: datetime, transport: httpx2.BaseTransport | None = None) -> None:
        self.provider, self.address, self.moment = provider, address, moment
        post = "client_secret_post"
        self.client = OAuth2Client(
            provider.client_id,
            provider.client_secret,
            token_endpoint_auth_method=post,
            scope=provider.scope,
            redirect_uri=address,
            code_challenge_method="S256",
            timeout=SECONDS,
            transport=transport,
        )

    def start(self, again: bool) -> tuple[str, Started]:
        """Where the browser goes; `again`: its person shows there once more who it is. Raises CannotTell."""
        started = Started(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        more: dict[str, str] = {"acr_values": self.provider.acr_values} if self.provider.acr_values else {}
        more |= {"prompt": "login"} if again else {}
        url, _ = self.client.create_authorization_url(
            str(self._known()["authorization_endpoint"]),
            state=started.state,
            nonce=started.nonce,
            code_verifier=started.verifier,
            **more,
        )
        return url, started

    def finish(self, started: Started, answer: Mapping[str, str]) -> Identity:
        """Who came back with this answer. Raises CannotTell."""
        if not hmac.compare_digest(started.state.encode(), answer.get("state", "").encode()):
            raise CannotTell(Failed.NOT_SO)
        if "iss" in answer and answer["iss"] != self.provider.issuer:
            raise CannotTell(Failed.NOT_SO)
        if "code" not in answer:
            raise CannotTell(Failed.GIVEN_UP)
        known = self._known()
        token = self._token(str(known["token_endpoint"]), answer["code"], started.verifier)
        keys = self._keys(str(known["jwks_uri"]))
        claims = self._read(str(token.get("id_token", "")), keys)
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), started.nonce.encode()):
            raise CannotTell(Failed.NOT_SO)
        told = claims if "email" in claims else {**claims, **self._more(known, keys, claims["sub"])}
        if not told.get("email"):
            raise CannotTell(Failed.NO_ADDRESS)
        if told.get("email_verified") is not True:
            raise CannotTell(Failed.NOT_VERIFIED)
        said = {str(claims.get("acr", "")), *map(str, claims.get("amr", []) or [])}
        return Identity(str(told["email"]).strip().casefold(), bool(said & set(self.provider.second_factor)))

    def _known(self) -> dict[str, Any]:
        """What the provider publishes of itself."""
        known = self._json(f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        if known.get("issuer") != self.provider.issuer:
            raise CannotTell(Failed.NOT_SO)
        if not all(isinstance(known.get(name), str) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")):
            raise CannotTell(Failed.NOT_SO)
        return known

    def _json(self, url: str) -> dict[str, Any]:
        try:
            answer = self.client.request("GET", url, withhold_token=True)
            answer.raise_for_status()
            found = answer.json()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            raise CannotTell(Failed.DOWN) from None
        if not isinstance(found, dict):
            raise CannotTell(Failed.NOT_SO)
        return found

    def _token(self, url: str, code: str, verifier: str) -> dict[str, Any]:
        try:
            return dict(self.client.fetch_token(url, code=code, code_verifier=verifier, grant_type="authorization_code"))
        except OAuthError:  # a code that has served, or is another's
            raise CannotTell(Failed.NOT_SO) from None
        except (httpx2.HTTPError, ValueError):
            raise CannotTell(Failed.DOWN) from None

    def _keys(self, url: str) -> jwk.KeySet:
        try:
            return jwk.KeySet.import_key_set(self._json(url))  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError):
            raise CannotTell(Failed.NOT_SO) from None

    def _read(self, token: str, keys: jwk.KeySet) -> dict[str, Any]:
        """The claims of a token that this provider signed for us, and that is in time."""
        moment = int(self.moment.timestamp())
        rules = jwt.JWTClaimsRegistry(
            now=moment,
            leeway=LEEWAY,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": self.provider.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
            rules.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError):
            raise CannotTell(Failed.NOT_SO) from None
        if claims.get("azp", self.provider.client_id) != self.provider.client_id:
            raise CannotTell(Failed.NOT_SO)
        return dict(claims)

    def _more(self, known: Mapping[str, Any], keys: jwk.KeySet, subject: object) -> dict[str, Any]:
        """What the provider tells apart from the token, of the same person; signed or not, it comes from the provider itself."""
        url = known.get("userinfo_endpoint")
        if not isinstance(url, str):
            return {}
        try:
            answer = self.client.get(url)
            answer.raise_for_status()
            if answer.headers.get("content-type", "").startswith("application/jwt"):
                told = dict(jwt.decode(answer.text, keys, algorithms=list(ALGORITHMS)).claims)
                if told.get("iss", self.provider.issuer) != self.provider.issuer:
                    raise CannotTell(Failed.NOT_SO)
            else:
                told = answer.json()
        except (httpx2.HTTPError, OAuthError):
            raise CannotTell(Failed.DOWN) from None
        except (JoseError, ValueError, TypeError):
            raise CannotTell(Failed.NOT_SO) from None
        if not isinstance(told, dict) or told.get("sub") != subject:
            raise CannotTell(Failed.NOT_SO)
        return {name: told[name] for name in ("email", "email_verified") if name in told}
