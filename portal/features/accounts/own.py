"""What becomes of an account once it is there: its password, its sign-ins, its end."""

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, Row, func, select, update

from portal.clock import PARIS
from portal.core.invitations import PASSWORD_MINUTES
from portal.core.telling import INVITATION, PASSWORD, Message, mail_now
from portal.features.accounts import passwords, throttle
from portal.features.accounts.actions import TooSoon, WrongPassword, digest, still
from portal.features.accounts.throttle import Asking, Place
from portal.rules.lifecycle import Role
from portal.store.accounts import account, sign_in
from portal.store.actors import Actor, Occasion, Source
from portal.store.database import Database
from portal.store.work import Work


class CannotChange(Exception):
    """The account stays as it is; the message is a French sentence."""


def mark(password_hash: str) -> str:
    """What tells one password of an account from the next, and tells nothing of either: a link made for one ends with it."""
    return sha256(password_hash.encode()).hexdigest()[:16]


def ask_link(db: Database, now: datetime, email: str, address: str) -> TooSoon | None:
    """Send a link to choose a password, if there is such an account; the answer, and the time it takes, never say so."""
    email = email.strip().casefold()
    with db.writing() as tx:
        taken = throttle.count(tx, Asking(email, address).bounds, now)
        if isinstance(taken, timedelta):
            return TooSoon(taken)
        found = tx.execute(select(account).where(account.c.email == email, account.c.closed_at.is_(None))).one_or_none()
        if found:
            mail_now(tx, now, found.id, _message(found))
    return None


def _message(found: Row[tuple[object, ...]]) -> Message:
    if found.password_hash is None:
        body = "Un compte vous attend sur le portail des sessions. Choisissez votre mot de passe ; le lien vaut 14 jours."
        return Message("Votre invitation au portail des sessions", body, f"{INVITATION}{found.id}")
    body = (
        f"Un nouveau mot de passe a été demandé pour votre compte. Le lien vaut {PASSWORD_MINUTES} minutes et sert une fois.\n"
        "Si vous n’avez rien demandé, ne faites rien : votre mot de passe ne change pas."
    )
    return Message("Choisir un nouveau mot de passe", body, f"{PASSWORD}{found.id}:{mark(found.password_hash)}")


def marked(conn: Connection, account_id: int) -> str | None:
    """The mark of this account's password; None where there is none to change."""
    query = select(account.c.password_hash).where(account.c.id == account_id, account.c.closed_at.is_(None))
    found = conn.execute(query).scalar()
    return mark(found) if found else None


def choose_again(db: Database, actor: Actor, now: datetime, before: str, password: str) -> str | None:
    """A new password in the place of the one that bore this mark; every sign-in ends. Why not, as a sentence."""
    if why := passwords.problem(password, actor.email, actor.name, actor.organisation):
        return why
    with db.writing() as tx:
        query = select(account.c.password_hash).where(account.c.id == actor.id, account.c.closed_at.is_(None))
        stands = tx.execute(query.with_for_update()).scalar()
        if not stands or mark(stands) != before:
            return "Ce lien a déjà servi."
        _change(tx, Work(db, Occasion(actor, Source.WEB, now, now.date())), password)
    return None


def change(work: Work, current: str, password: str, address: str, token: str) -> str | WrongPassword | TooSoon | None:
    """One's own new password, for the one that stands; every other sign-in ends. Why not: a sentence, or what was wrong."""
    actor, now = work.actor, work.on.now
    with work.db.writing() as tx:
        taken = throttle.count(tx, Place(actor.email, address, "own").bounds, now)
    if isinstance(taken, timedelta):
        return TooSoon(taken)
    with work.db.reading() as conn:
        stands = conn.execute(select(account.c.password_hash).where(account.c.id == actor.id)).scalar()
    if not stands or not passwords.fits(stands, current):
        return WrongPassword()
    with work.db.writing() as tx:
        if not still(tx, actor.id or 0, stands):
            return WrongPassword()
        throttle.give_back(tx, taken, now)
        if why := passwords.problem(password, actor.email, actor.name, actor.organisation):
            return why
        _change(tx, work, password, token)
    return None


def _change(tx: Connection, work: Work, password: str, token: str = "") -> None:
    """The new password of one's own account, which the transaction holds."""
    actor, now = work.actor, work.on.now
    tx.execute(update(account).where(account.c.id == actor.id).values(password_hash=passwords.hash_of(password)))
    _end(tx, now, actor.id, token)
    body = "Le mot de passe de votre compte vient de changer. Si ce n’est pas vous, choisissez-en un autre sans attendre."
    message = Message("Votre mot de passe a changé", body, "/connexion/oubli")
    mail_now(tx, now, actor.id or 0, message)
    work.record(tx, "password_chosen", subject=f"account {actor.id}")


# ---- sign-ins


def open_sign_ins(conn: Connection, actor: Actor, since: datetime, token: str) -> list[tuple[bool, str, str]]:
    """Of each sign-in that is open: whether it is this one, since when, and on what browser; the newest first."""
    query = select(sign_in).where(sign_in.c.account_id == actor.id, sign_in.c.ended_at.is_(None), sign_in.c.at > since)
    query = query.where(sign_in.c.awaits_code == 0)
    rows = conn.execute(query.order_by(sign_in.c.at.desc()).limit(50))
    return [(row.token_digest == digest(token), f"{row.at.astimezone(PARIS):%d/%m/%Y à %H:%M}", row.browser) for row in rows]


def end_others(work: Work, token: str) -> int:
    """End every sign-in of one's own but this one; how many ended."""
    with work.db.writing() as tx:
        return _end(tx, work.on.now, work.actor.id, token)


def _end(tx: Connection, now: datetime, account_id: int | None, token: str = "") -> int:
    others = update(sign_in).where(sign_in.c.account_id == account_id, sign_in.c.ended_at.is_(None))
    return tx.execute(others.where(sign_in.c.token_digest != digest(token)).values(ended_at=now)).rowcount


# ---- by the operator


def _found(tx: Connection, email: str) -> Row[tuple[object, ...]]:
    found = tx.execute(select(account).where(account.c.email == email.strip().casefold()).with_for_update()).one_or_none()
    if found is None:
        raise CannotChange(f"Aucun compte n’a l’adresse {email}.")
    return found


def close(work: Work, email: str) -> None:
    """End an account and all its sign-ins. Raises CannotChange: unknown, closed before, or the last national one."""
    with work.db.writing() as tx:
        found = _found(tx, email)
        if found.closed_at:
            raise CannotChange(f"Le compte {found.email} est déjà fermé.")
        able = select(account.c.id).where(account.c.role == Role.NATIONAL.value, account.c.closed_at.is_(None))
        others = able.where(account.c.id != found.id, account.c.password_hash.is_not(None)).with_for_update()
        national = tx.execute(able.where(account.c.id == found.id)).first()
        if national and not tx.execute(others).first():
            raise CannotChange("C’est le dernier compte national : ouvrez-en d’abord un autre, et choisissez son mot de passe.")
        tx.execute(update(account).where(account.c.id == found.id).values(closed_at=work.on.now))
        _end(tx, work.on.now, found.id)
        work.record(tx, "account_closed", subject=f"account {found.id}")


def reopen(work: Work, email: str) -> None:
    """Open a closed account again, with the password it had. Raises CannotChange."""
    with work.db.writing() as tx:
        found = _found(tx, email)
        if not found.closed_at:
            raise CannotChange(f"Le compte {found.email} est ouvert.")
        tx.execute(update(account).where(account.c.id == found.id).values(closed_at=None))
        work.record(tx, "account_reopened", subject=f"account {found.id}")


def link_for(work: Work, email: str) -> str:
    """The link of a mail (`core.telling`) by which this account chooses a password. Raises CannotChange."""
    with work.db.writing() as tx:
        found = _found(tx, email)
        if found.closed_at:
            raise CannotChange(f"Le compte {found.email} est fermé : rouvrez-le d’abord (portal users reopen {found.email}).")
        message = _message(found)
        mail_now(tx, work.on.now, found.id, message)
        work.record(tx, "password_link_made", subject=f"account {found.id}")
        return message.link


def known(conn: Connection) -> list[Row[tuple[object, ...]]]:
    """Every account with the moment of its last sign-in, in the order of addresses."""
    last = (
        select(func.max(sign_in.c.at)).where(sign_in.c.account_id == account.c.id, sign_in.c.awaits_code == 0).scalar_subquery()
    )
    return list(conn.execute(select(account, last.label("last_at")).order_by(account.c.email)))
