"""Codes of six digits that a telephone shows: a new one every thirty seconds (RFC 6238)."""

import hmac
from datetime import datetime

import pyotp
import segno

STEP = 30
DRIFT = (0, -1, 1)  # a telephone may be one step behind or ahead
ISSUER = "Portail des sessions"


def new_secret() -> str:
    return pyotp.random_base32()


def step(moment: datetime) -> int:
    """The time step of this moment."""
    return int(moment.timestamp()) // STEP


def found_in(secret: str, code: str, moment: datetime) -> int | None:
    """The time step of which this is the code, within the drift; None when it is of none."""
    totp, now = pyotp.TOTP(secret), step(moment)
    found = [now + by for by in DRIFT if hmac.compare_digest(totp.generate_otp(now + by).encode(), code.encode())]
    return found[0] if found else None


def address(secret: str, email: str) -> str:
    """What the picture says to a telephone, and a link on a telephone does."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def picture(secret: str, email: str) -> str:
    """The QR code of a secret, as SVG; dark on light whatever the page's colours."""
    drawn = segno.make_qr(address(secret, email), error="m")
    return drawn.svg_inline(scale=4, border=4, light="#fff", dark="#000", svgclass=None, lineclass=None, title="QR code")


def in_fours(secret: str) -> str:
    """As a person types it."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
