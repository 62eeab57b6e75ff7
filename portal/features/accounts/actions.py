"""Signing in and out."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, exists, insert, select, update

from portal.features.accounts import passwords, throttle
from portal.features.accounts.throttle import Place
from portal.rules.security import Kind
from portal.store import security
from portal.store.accounts import account, sign_in
from portal.store.actors import Device
from portal.store.database import Database
from portal.store.factors import factor
from portal.store.security import Entry


@dataclass(frozen=True)
class SignedIn:
    """`awaits_code`: it counts once the second factor is given, too."""

    token: str
    account_id: int
    awaits_code: bool


@dataclass(frozen=True)
class WrongPassword:
    pass


@dataclass(frozen=True)
class TooSoon:
    """The password was not looked at; `wait`: how long until one is."""

    wait: timedelta


def digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def sign_in_with(
    db: Database, now: datetime, email: str, password: str, device: Device, browser: str = ""
) -> SignedIn | WrongPassword | TooSoon:
    """Try a password. `browser`: what names the browser, if this account has signed in on it before."""
    place = Place(email.strip().casefold(), device.address, browser)
    with db.reading() as conn:  # under attack most are refused here, for the price of three queries
        wait = throttle.wait(conn, place.bounds, now)
        about = conn.execute(select(account.c.id).where(account.c.email == place.email)).scalar() if wait else None
    if wait:
        security.note_once(db, now, Entry(Kind.SLOWED, about_id=about, device=device))
        return TooSoon(wait)
    with db.writing() as tx:
        taken = throttle.count(tx, place.bounds, now)
    if isinstance(taken, timedelta):
        return TooSoon(taken)
    with db.reading() as conn:
        found = conn.execute(
            select(account.c.id, account.c.password_hash).where(account.c.email == place.email, account.c.closed_at.is_(None))
        ).one_or_none()
    right = passwords.fits(found.password_hash if found else None, password)
    if not found or not right:
        security.note(db, now, Entry(Kind.WRONG_PASSWORD, about_id=found.id if found else None, device=device))
        return WrongPassword()
    token = secrets.token_urlsafe(32)
    with db.writing() as tx:
        if not still(tx, found.id, found.password_hash):  # changed, or closed, while this password was being looked at
            return WrongPassword()
        throttle.give_back(tx, taken, now)
        awaits = bool(tx.execute(select(exists().where(factor.c.account_id == found.id))).scalar())
        made = {
            "token_digest": digest(token),
            "account_id": found.id,
            "at": now,
            "browser": device.called,
            "awaits_code": int(awaits),
        }
        tx.execute(insert(sign_in).values(**made, address=device.address[:45]))
        if not awaits:
            security.enter(tx, now, Entry(Kind.SIGNED_IN, found.id, found.id, device=device))
    return SignedIn(token, found.id, awaits)


def still(tx: Connection, account_id: int, password_hash: str) -> bool:
    """Whether this is an open account's password to this moment; held until the transaction ends."""
    query = select(account.c.id).where(
        account.c.id == account_id, account.c.password_hash == password_hash, account.c.closed_at.is_(None)
    )
    return tx.execute(query.with_for_update()).first() is not None


def sign_out(db: Database, now: datetime, token: str) -> None:
    with db.writing() as tx:
        tx.execute(update(sign_in).where(sign_in.c.token_digest == digest(token)).values(ended_at=now))
