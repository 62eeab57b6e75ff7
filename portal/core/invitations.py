"""The signed tokens by which a password is chosen, without one: the command line and e-mails make them, pages read them."""

from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from portal.core.telling import INVITATION, PASSWORD
from portal.settings import Settings

DAYS = 14
PASSWORD_MINUTES = 30


def signer(secret_key: str) -> URLSafeTimedSerializer:
    """What signs and reads the token of an invitation."""
    return URLSafeTimedSerializer(secret_key, salt="invitation")


def address(settings: Settings, account_id: int) -> str:
    """Where an invited person chooses a password."""
    return f"{settings.public_url}/invitation/{signer(settings.secret_key).dumps(account_id)}"


def password_address(settings: Settings, account_id: int, mark: str, at: datetime) -> str:
    """Where a person who forgot a password chooses another; `mark`: of the password that it replaces."""
    token = _password_signer(settings.secret_key).dumps([account_id, mark, int(at.timestamp())])
    return f"{settings.public_url}/connexion/oubli/{token}"


def address_of(settings: Settings, link: str, at: datetime) -> str:
    """Where the link of a mail leads (`core.telling`); `at`: when it was made."""
    if link.startswith(INVITATION):
        return address(settings, int(link.removeprefix(INVITATION)))
    if link.startswith(PASSWORD):
        number, _, mark = link.removeprefix(PASSWORD).partition(":")
        return password_address(settings, int(number), mark, at)
    return f"{settings.public_url}{link}"


def password_token(secret_key: str, token: str, now: datetime) -> tuple[int, str] | None:
    """The account and the mark of such a link; None when it is not ours, or over."""
    try:
        account_id, mark, at = _password_signer(secret_key).loads(token)
    except (BadData, ValueError, TypeError):
        return None
    age = timedelta(seconds=now.timestamp() - at)
    return (account_id, mark) if age <= timedelta(minutes=PASSWORD_MINUTES) else None


def _password_signer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="password")
