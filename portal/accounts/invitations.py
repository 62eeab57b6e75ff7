"""The signed token of an invitation: the command line makes it, the page reads it."""

from itsdangerous import URLSafeTimedSerializer

DAYS = 14


def signer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="invitation")
