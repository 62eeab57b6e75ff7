"""What this server signed, as long as it is young; and the cookie of a visit."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import SignatureExpired, URLSafeTimedSerializer


def young(signer: URLSafeTimedSerializer, text: str, seconds: int) -> Any:
    """What was signed at most so long ago. What seems to be of tomorrow was signed by a node whose clock is ahead of ours, or before
    ours was set back: it is young. Raises BadData."""
    content, made = signer.loads(text, return_timestamp=True)
    if (datetime.now(UTC) - made).total_seconds() > seconds:
        raise SignatureExpired("too old", date_signed=made)
    return content


class Visits(SecureCookieSessionInterface):
    """The cookie of a visit, signed as everything else is (`core.signing`)."""

    digest_method = staticmethod(sha256)

    _made: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Made once: it is asked for twice a request, and keeps nothing of any."""
        self._made = self._made or super().get_signing_serializer(app)
        return self._made
