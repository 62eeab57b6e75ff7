"""What becomes of an account once it is there: its password, its sign-ins, its end."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, exists, insert, literal, select, update
from sqlalchemy.exc import DBAPIError

from portal.clock import PARIS
from portal.core.invitations import PASSWORD_MINUTES
from portal.core.telling import INVITATION, PASSWORD, Message, mail_now, mail_row
from portal.features.accounts import passwords, throttle
from portal.features.accounts.actions import TooSoon, WrongPassword, digest, still
from portal.features.accounts.throttle import Asking, Place
from portal.rules.security import Kind
from portal.rules.whereabouts import device_in_words, place_in_words
from portal.store import security
from portal.store.accounts import account, sign_in
from portal.store.actors import Actor
from portal.store.database import Database
from portal.store.notices import mail
from portal.store.security import Entry
from portal.store.work import Work


def mark(found: Row[Any]) -> str:
    """What tells one password of an account, at one address, from the next, and tells nothing of either: a link made for one ends
    with it, and with the account, which may be opened again. `found`: a row of account that has a password."""
    return sha256(f"{found.password_hash}|{found.email}|{found.invitation}".encode()).hexdigest()[:16]


def ask_link(db: Database, now: datetime, email: str, address: str, browser: str = "") -> TooSoon | None:
    """Send a link to choose a password, if there is such an account; the answer, and the work it makes, never say so.
    `browser`: what names the browser, if this account has signed in on it before."""
    email = email.strip().casefold()
    with db.writing() as tx:
        taken = throttle.count(tx, Asking(email, address, browser).bounds, now)
        if isinstance(taken, timedelta):
            return TooSoon(taken)
        found = tx.execute(select(account).where(account.c.email == email)).one_or_none()
        row = mail_row(now, found.id if found else 0, message(found) if found else NOBODY, daily=False)
        there = select(*(literal(value, mail.c[name].type) for name, value in row.items()))
        there = there.where(exists().where(account.c.id == row["account_id"], account.c.closed_at.is_(None)))
        tx.execute(insert(mail).from_select(list(row), there))
    return None


NOBODY = Message("Choisir un nouveau mot de passe", "Nul ne lit ceci.", f"{PASSWORD}0:{'0' * 16}")


def message(found: Row[Any]) -> Message:
    """The e-mail by which this account chooses a password: its invitation where it has none yet."""
    if found.password_hash is None:
        body = "Un compte vous attend sur le portail des sessions. Choisissez votre mot de passe par le lien de votre invitation."
        return Message("Votre invitation au portail des sessions", body, f"{INVITATION}{found.id}:{found.invitation}")
    body = (
        f"Un nouveau mot de passe a été demandé pour votre compte. Le lien vaut {PASSWORD_MINUTES} minutes et sert une fois.\n"
        "Si vous n’avez rien demandé, ne faites rien : votre mot de passe ne change pas."
    )
    return Message("Choisir un nouveau mot de passe", body, f"{PASSWORD}{found.id}:{mark(found)}")


def marked(conn: Connection, account_id: int) -> str | None:
    """The mark of this account's password; None where there is none to change."""
    found = conn.execute(select(account).where(account.c.id == account_id, account.c.closed_at.is_(None))).one_or_none()
    return mark(found) if found and found.password_hash else None


def choose_again(work: Work, before: str, password: str) -> str | None:
    """A new password in the place of the one that bore this mark; every sign-in ends. Why not, as a sentence."""
    actor = work.actor
    if why := passwords.problem(password, actor.email, actor.name, actor.organisation):
        return why
    with work.db.writing() as tx:
        query = select(account).where(account.c.id == actor.id, account.c.closed_at.is_(None))
        stands = tx.execute(query.with_for_update()).one_or_none()
        if not stands or not stands.password_hash or mark(stands) != before:
            return "Ce lien a déjà servi."
        _change(tx, work, password)
    return None


def change(work: Work, current: str, password: str, address: str, token: str) -> str | WrongPassword | TooSoon | None:
    """One's own new password, for the one that stands; every other sign-in ends. Why not: a sentence, or what was wrong."""
    actor = work.actor
    stands = check(work, current, address)
    if not isinstance(stands, str):
        return stands
    if why := passwords.problem(password, actor.email, actor.name, actor.organisation):
        return why
    with work.db.writing() as tx:
        if not still(tx, actor.id or 0, stands):
            return WrongPassword()
        _change(tx, work, password, token)
    return None


def check(work: Work, current: str, address: str) -> str | WrongPassword | TooSoon:
    """Whether this is one's own password, as the hash that stands; guesses are bounded."""
    actor, now = work.actor, work.on.now
    with work.db.writing() as tx:
        taken = throttle.count(tx, Place(actor.email, address, "own").bounds, now)
    if isinstance(taken, timedelta):
        return TooSoon(taken)
    with work.db.reading() as conn:
        stands = conn.execute(select(account.c.password_hash).where(account.c.id == actor.id)).scalar()
    if not stands or not passwords.fits(stands, current):
        security.note(work.db, now, Entry(Kind.WRONG_PASSWORD, actor.id, actor.id, device=work.on.device))
        return WrongPassword()
    with work.db.writing() as tx:
        if not still(tx, actor.id or 0, stands):
            return WrongPassword()
        throttle.give_back(tx, taken, now)
    return str(stands)


def _change(tx: Connection, work: Work, password: str, token: str = "") -> None:
    """The new password of one's own account, which the transaction holds."""
    actor, now = work.actor, work.on.now
    kept = passwords.hash_of(password)
    tx.execute(update(account).where(account.c.id == actor.id).values(password_hash=kept))
    _end(tx, now, actor.id, token)
    body = "Le mot de passe de votre compte vient de changer. Si ce n’est pas vous, choisissez-en un autre sans attendre."
    message = Message("Votre mot de passe a changé", body, "/connexion/oubli")
    mail_now(tx, now, actor.id or 0, message)
    work.record(tx, "password_chosen", subject=f"account {actor.id}", after={"password": passwords.fingerprint(kept)})


# ---- sign-ins


@dataclass(frozen=True)
class Open:
    """A sign-in that is open, in words; `this`: the one that asks."""

    this: bool
    device: str
    place: str
    since: str
    last: str


def open_sign_ins(conn: Connection, actor: Actor, since: datetime, token: str) -> list[Open]:
    """The sign-ins that are open; the newest first."""
    query = select(sign_in).where(sign_in.c.account_id == actor.id, sign_in.c.ended_at.is_(None), sign_in.c.at > since)
    query = query.where(sign_in.c.awaits_code == 0)
    rows = conn.execute(query.order_by(sign_in.c.at.desc()).limit(50))
    return [
        Open(
            row.token_digest == digest(token),
            device_in_words(row.browser),
            place_in_words(row.address),
            f"{row.at.astimezone(PARIS):%d/%m/%Y à %H:%M}",
            f"{(row.last_at or row.at).astimezone(PARIS):%d/%m/%Y à %H:%M}",
        )
        for row in rows
    ]


def seen(db: Database, now: datetime, token: str) -> None:
    """Something was asked by this sign-in. Nobody waits for it: where others write at the moment, it is left out."""
    with suppress(DBAPIError), db.aside() as tx:
        tx.execute(update(sign_in).where(sign_in.c.token_digest == digest(token)).values(last_at=now))


def end_others(work: Work, token: str) -> int:
    """End every sign-in of one's own but this one; how many ended."""
    with work.db.writing() as tx:
        return _end(tx, work.on.now, work.actor.id, token)


def _end(tx: Connection, now: datetime, account_id: int | None, token: str = "") -> int:
    others = update(sign_in).where(sign_in.c.account_id == account_id, sign_in.c.ended_at.is_(None))
    return tx.execute(others.where(sign_in.c.token_digest != digest(token)).values(ended_at=now)).rowcount
