"""The signed token of an invitation: the command line makes it, the page reads it."""

from itsdangerous import URLSafeTimedSerializer

from portal.settings import Settings

DAYS = 14


def signer(secret_key: str) -> URLSafeTimedSerializer:
    """What signs and reads the token of an invitation."""
    return URLSafeTimedSerializer(secret_key, salt="invitation")


def address(settings: Settings, account_id: int) -> str:
    """Where an invited person chooses a password."""
    return f"{settings.public_url}/invitation/{signer(settings.secret_key).dumps(account_id)}"
