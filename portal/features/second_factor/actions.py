"""A second factor is added, given, taken away, or reset by whoever may."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete, func, insert, select, update

from portal.core.outcomes import NotThere
from portal.core.telling import Message, mail_now
from portal.features.accounts import passwords, throttle
from portal.features.accounts.actions import TooSoon, WrongPassword, digest
from portal.features.accounts.throttle import Place
from portal.features.second_factor import recovery, totp
from portal.features.second_factor.passkeys import Passkey
from portal.features.second_factor.proofs import Found, Given, Means, prove
from portal.rules.proving import TO_GIVE, within
from portal.rules.security import Kind
from portal.store.accounts import account, sign_in
from portal.store.factors import FactorKind, factor
from portal.store.security import Entry, enter, note
from portal.store.work import Work

MOST = 10  # second factors of one account
KINDS = {FactorKind.TOTP: "une application de codes", FactorKind.PASSKEY: "une clé d’accès"}


class CannotReset(Exception):
    """There is nothing to reset; the message is a French sentence."""


@dataclass(frozen=True)
class Where:
    """Where a guess comes from: the address, and what names the browser if this account has signed in on it before."""

    address: str
    browser: str = ""


# ---- giving it


@dataclass(frozen=True)
class Proved:
    """The second factor was given. `token`: of the sign-in, which is another once it counts."""

    token: str


@dataclass(frozen=True)
class TooLate:
    """The sign-in has waited too long, or has ended."""


def give(work: Work, means: Means, token: str, given: Given, where: Where) -> Proved | Found | TooLate | TooSoon:
    """Give the second factor to a sign-in: one that waits for it counts from now on, one that counts is proved anew."""
    now, place = work.on.now, _place(work, where)
    with work.db.writing() as tx:
        taken = throttle.count(tx, place.bounds, now)
    if isinstance(taken, timedelta):
        return TooSoon(taken)
    with work.db.writing() as tx:
        tx.execute(
            select(account.c.id).where(account.c.id == work.actor.id).with_for_update()
        )  # before its sign-ins, as everywhere
        held = select(sign_in).where(
            sign_in.c.token_digest == digest(token), sign_in.c.account_id == work.actor.id, sign_in.c.ended_at.is_(None)
        )
        row = tx.execute(held.with_for_update()).one_or_none()
        if row is None or (row.awaits_code and not within(TO_GIVE, row.at, now)):
            return TooLate()
        found = prove(tx, work, means, given)
        if found is not Found.RIGHT:
            enter(tx, now, Entry(Kind.WRONG_CODE, about_id=work.actor.id, device=work.on.device))
            return found
        throttle.give_back(tx, taken, now)
        fresh = secrets.token_urlsafe(32) if row.awaits_code else token
        tx.execute(
            update(sign_in)
            .where(sign_in.c.token_digest == row.token_digest)
            .values(token_digest=digest(fresh), awaits_code=0, checked_at=now)
        )
        if row.awaits_code:
            enter(tx, now, Entry(Kind.SIGNED_IN, work.actor.id, work.actor.id, device=work.on.device))
    return Proved(fresh)


def _place(work: Work, where: Where) -> Place:
    """Guesses at codes are bounded as those at passwords are, and apart from them."""
    return Place(f"code {work.actor.email}", where.address, where.browser)


# ---- adding one


@dataclass(frozen=True)
class Added:
    """`codes`: the recovery codes, when this is the first; they are shown now, and never again."""

    codes: list[str]


@dataclass(frozen=True)
class NotAdded:
    """Why not, as a French sentence."""

    why: str


def add_secret(work: Work, means: Means, token: str, secret: str, code: str, browser: str) -> Added | NotAdded:
    """Add the secret of codes, once its person has shown one of them."""
    step = totp.found_in(secret, "".join(code.split()), means.moment)
    if step is None:
        return NotAdded(
            "Ce code ne convient pas. Tapez celui que l’application montre en ce moment ; l’heure du téléphone doit être juste."
        )
    name = sha256(secret.encode()).hexdigest()
    return _add(work, token, FactorKind.TOTP, name, means.box.shut(secret), step - 1, browser)


def add_passkey(work: Work, token: str, made: Passkey, browser: str) -> Added | NotAdded:
    """Add a passkey that was just made."""
    return _add(work, token, FactorKind.PASSKEY, made.name, made.public_key, made.uses, browser)


def _add(work: Work, token: str, kind: FactorKind, name: str, secret: str, counter: int, browser: str) -> Added | NotAdded:
    me, now = work.actor.id or 0, work.on.now
    with work.db.writing() as tx:
        tx.execute(select(account.c.id).where(account.c.id == me).with_for_update())
        there = tx.execute(select(func.count()).where(factor.c.account_id == me)).scalar_one()
        if there >= MOST:
            return NotAdded(f"Vous avez déjà {MOST} seconds facteurs : retirez-en un d’abord.")
        if tx.execute(select(factor.c.id).where(factor.c.credential == name)).first():
            return NotAdded("Ce second facteur est déjà activé.")
        made = {"account_id": me, "kind": kind.value, "credential": name, "secret": secret, "counter": counter}
        new = insert(factor).values(**made, browser=browser, added_at=now)
        number = tx.execute(new.returning(factor.c.id)).scalar_one()
        codes = [] if there else recovery.make(tx, me)
        tx.execute(update(sign_in).where(sign_in.c.token_digest == digest(token)).values(checked_at=now))
        work.record(tx, "factor_added", subject=f"account {me}", after={"factor": number, "kind": kind.value})
        body = f"Votre compte a un second facteur de plus : {KINDS[kind]}. Si ce n’est pas vous, changez votre mot de passe sans attendre."
        mail_now(tx, now, me, Message("Un second facteur est activé", body, "/compte/second-facteur"))
    return Added(codes)


def make_codes(work: Work) -> list[str]:
    """Ten other recovery codes; those before serve no longer. None for who has no second factor."""
    me = work.actor.id or 0
    with work.db.writing() as tx:
        tx.execute(select(account.c.id).where(account.c.id == me).with_for_update())
        if not tx.execute(select(factor.c.id).where(factor.c.account_id == me)).first():
            return []
        codes = recovery.make(tx, me)
        work.record(tx, "recovery_codes_made", subject=f"account {me}")
        body = "Dix codes de secours viennent d’être faits ; les précédents ne servent plus."
        mail_now(tx, work.on.now, me, Message("Vos codes de secours ont changé", body, "/compte/second-facteur"))
    return codes


# ---- taking it away


@dataclass(frozen=True)
class Removed:
    pass


@dataclass(frozen=True)
class LastOne:
    """It is the last one, and this person must have one."""


def remove(
    work: Work, means: Means, number: int, password: str, given: Given, where: Where, *, required: bool
) -> Removed | LastOne | WrongPassword | Found | TooSoon:
    """Take away one's own factor, with the password and a proof; `required`: one must be left."""
    me, now = work.actor.id or 0, work.on.now
    with work.db.writing() as tx:
        taken = throttle.count(tx, _place(work, where).bounds, now)
    if isinstance(taken, timedelta):
        return TooSoon(taken)
    with work.db.reading() as conn:
        stands = conn.execute(select(account.c.password_hash).where(account.c.id == me)).scalar()
    if not passwords.fits(stands, password):
        note(work.db, now, Entry(Kind.WRONG_PASSWORD, me, me, device=work.on.device))
        return WrongPassword()
    with work.db.writing() as tx:
        tx.execute(select(account.c.id).where(account.c.id == me).with_for_update())
        rows = {row.id: row.kind for row in tx.execute(select(factor.c.id, factor.c.kind).where(factor.c.account_id == me))}
        if number not in rows:
            return Removed()
        if required and len(rows) == 1:
            return LastOne()
        found = prove(tx, work, means, given)
        if found is not Found.RIGHT:
            enter(tx, now, Entry(Kind.WRONG_CODE, me, me, device=work.on.device))
            return found
        throttle.give_back(tx, taken, now)
        _drop(tx, work, me, number, last=len(rows) == 1)
        kind = FactorKind(rows[number])
        work.record(tx, "factor_removed", subject=f"account {me}", before={"factor": number, "kind": kind.value})
        body = f"Un second facteur de votre compte est retiré : {KINDS[kind]}. Si ce n’est pas vous, changez votre mot de passe sans attendre."
        mail_now(tx, now, me, Message("Un second facteur est retiré", body, "/compte/second-facteur"))
    return Removed()


def _drop(tx: Connection, work: Work, account_id: int, number: int | None, *, last: bool) -> None:
    """Delete this factor, or all; with the last one go the codes, and the sign-ins that wait for one."""
    which = factor.c.account_id == account_id
    tx.execute(delete(factor).where(which if number is None else which & (factor.c.id == number)))
    if last:
        recovery.drop(tx, account_id)
        waiting = (sign_in.c.account_id == account_id) & (sign_in.c.awaits_code == 1)
        tx.execute(update(sign_in).where(waiting, sign_in.c.ended_at.is_(None)).values(ended_at=work.on.now))


def reset(work: Work, account_id: int) -> None:
    """Take away all factors of a person who lost them; all its sign-ins end. Raises CannotReset: none there, or one's own; and
    NotThere: no such account."""
    if account_id == work.actor.id:
        raise CannotReset(
            "Votre propre second facteur se retire depuis votre compte, ou par une autre personne de l’administration centrale."
        )
    with work.db.writing() as tx:
        found = tx.execute(select(account.c.email).where(account.c.id == account_id).with_for_update()).one_or_none()
        kinds = list(tx.execute(select(factor.c.kind).where(factor.c.account_id == account_id).order_by(factor.c.id)).scalars())
        if found is None:
            raise NotThere
        if not kinds:
            raise CannotReset("Ce compte n’a pas de second facteur.")
        _drop(tx, work, account_id, None, last=True)
        theirs = update(sign_in).where(sign_in.c.account_id == account_id, sign_in.c.ended_at.is_(None))
        tx.execute(theirs.values(ended_at=work.on.now))
        work.record(tx, "factors_reset", subject=f"account {account_id}", before={"kinds": kinds})
        body = (
            f"Votre second facteur et vos codes de secours sont retirés par {work.actor.label} ; vos connexions ont pris fin.\n"
            "Connectez-vous avec votre mot de passe, puis activez-en un autre. Si vous n’avez rien demandé, dites-le sans attendre."
        )
        mail_now(tx, work.on.now, account_id, Message("Votre second facteur est retiré", body, "/compte/second-facteur"))


def reset_of(work: Work, email: str) -> None:
    """The same for the account of this address. Raises CannotReset."""
    with work.db.reading() as conn:
        number = conn.execute(select(account.c.id).where(account.c.email == email.strip().casefold())).scalar()
    if number is None:
        raise CannotReset(f"Aucun compte n’a l’adresse {email}.")
    reset(work, number)
