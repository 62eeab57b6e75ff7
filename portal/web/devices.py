"""Which accounts have signed in on this browser: a signed cookie, in which nobody reads who they are."""

import hmac
import secrets
from hashlib import sha256

from flask import Response, request
from itsdangerous import BadData, URLSafeTimedSerializer

from portal.core.signing import timed
from portal.web.signed import young
from portal.web.state import settings

COOKIE = "appareil"
SECONDS = 180 * 86_400
MOST = 5  # accounts that a browser is remembered for


def name() -> str:
    """What names this browser; empty when none has signed in on it."""
    return _read()[0]


def knows(email: str) -> bool:
    """Whether this account has signed in on this browser before."""
    browser, marks = _read()
    return bool(browser) and not set(marks).isdisjoint(_marks(browser, email))


def remember(response: Response, email: str) -> None:
    """This account has signed in on this browser."""
    browser, marks = _read()
    browser = browser or secrets.token_urlsafe(12)
    mine = _marks(browser, email)
    marks = [*(m for m in marks if m not in mine), mine[-1]][-MOST:]
    kept, secure = _signer().dumps([browser, *marks]), not settings().demo
    response.set_cookie(settings().cookie(COOKIE), kept, SECONDS, httponly=True, samesite="Lax", secure=secure)


def _read() -> tuple[str, list[str]]:
    try:
        browser, *marks = young(_signer(), request.cookies.get(settings().cookie(COOKIE), ""), SECONDS)
    except (BadData, ValueError, TypeError):
        return "", []
    return str(browser), [str(mark) for mark in marks]


def _marks(browser: str, email: str) -> list[str]:
    """The account on this browser, under each key that is read; the last one is written. It tells nothing without the key, and
    nothing on another browser."""
    said = f"browser {browser} {email.strip().casefold()}".encode()
    return [hmac.new(key.encode(), said, sha256).hexdigest()[:24] for key in settings().signing_keys]


def _signer() -> URLSafeTimedSerializer:
    return timed(settings().signing_keys, "browser")
