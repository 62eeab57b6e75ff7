"""The signed tokens by which an account is opened, gets another password or another address, without one: the command line and
e-mails make them, pages read them. What has become of what they open, the account itself says."""

from collections.abc import Callable
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from portal.core import links
from portal.core.signing import Keys, lasting, timed
from portal.core.telling import EMAIL, INVITATION, PASSWORD
from portal.settings import Settings

DAYS = 14
PASSWORD_MINUTES = 30
EMAIL_HOURS = 24


def signer(keys: Keys) -> URLSafeTimedSerializer:
    """What signs and reads the token of an invitation."""
    return timed(keys, "invitation")


def address(settings: Settings, account_id: int, number: int = 1) -> str:
    """Where an invited person chooses a password; `number`: which of this account's invitations."""
    return f"{settings.public_url}/invitation/{signer(settings.signing_keys).dumps([account_id, number])}"


def invitation(keys: Keys, token: str) -> tuple[int, int] | None:
    """The account of such a link, and which of its invitations; None when it is not ours."""
    try:
        found = signer(keys).loads(_whole(token))
        account_id, number = (found, 1) if isinstance(found, int) else found  # an account alone: its first, as of before 1.15
    except (BadData, ValueError, TypeError):
        return None
    return int(account_id), int(number)


def password_address(settings: Settings, account_id: int, mark: str, at: datetime) -> str:
    """Where a person who forgot a password chooses another; `mark`: of the password that it replaces."""
    return f"{settings.public_url}/connexion/oubli/{_marked(settings, PASSWORD, account_id, mark, at)}"


def email_address(settings: Settings, account_id: int, mark: str, at: datetime) -> str:
    """Where whoever reads at a new address confirms it; `mark`: of that very change."""
    return f"{settings.public_url}/compte/adresse/{_marked(settings, EMAIL, account_id, mark, at)}"


def address_of(settings: Settings, link: str, at: datetime) -> str:
    """Where the link of a mail leads (`core.telling`); `at`: when it was made."""
    kind, _, rest = link.partition(":")
    number, _, more = rest.partition(":")
    if f"{kind}:" == INVITATION:
        return address(settings, int(number), int(more or 1))
    marked: dict[str, Callable[[Settings, int, str, datetime], str]] = {PASSWORD: password_address, EMAIL: email_address}
    if f"{kind}:" in links.PATHS:
        return links.address(settings, f"{kind}:", more)
    if make := marked.get(f"{kind}:"):
        return make(settings, int(number), more, at)
    return f"{settings.public_url}{link}"


def password_token(keys: Keys, token: str, now: datetime) -> tuple[int, str] | None:
    """The account and the mark of such a link; None when it is not ours, or over."""
    found = _read(keys, PASSWORD, token)
    return found[:2] if found and _age(found[2], now) <= timedelta(minutes=PASSWORD_MINUTES) else None


def email_token(keys: Keys, token: str, now: datetime) -> tuple[int, str, bool] | None:
    """The account and the mark of such a link, and whether it is still in time; None when it is not ours."""
    found = _read(keys, EMAIL, token)
    return (*found[:2], _age(found[2], now) <= timedelta(hours=EMAIL_HOURS)) if found else None


def _age(at: int, now: datetime) -> timedelta:
    return timedelta(seconds=now.timestamp() - at)


def _marked(settings: Settings, kind: str, account_id: int, mark: str, at: datetime) -> str:
    made = _signer(settings.signing_keys, kind).dumps([account_id, mark, int(at.timestamp())])
    return made if isinstance(made, str) else made.decode()


def _read(keys: Keys, kind: str, token: str) -> tuple[int, str, int] | None:
    try:
        account_id, mark, at = _signer(keys, kind).loads(_whole(token))
    except (BadData, ValueError, TypeError):
        return None
    return account_id, mark, at


def _whole(token: str) -> str:
    """The token. The last sign of a signature has bits that decoding leaves out: a token is ours to the last bit, or not at all.
    Raises BadData."""
    signature = token.rpartition(".")[2]
    if base64_encode(base64_decode(signature)).decode() != signature:
        raise BadData("not as it was made")
    return token


def _signer(keys: Keys, kind: str) -> URLSafeSerializer:
    return lasting(keys, kind.rstrip(":"))
