"""Signing in and out, inviting, choosing a password."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, exists, insert, select, update

from portal.core.telling import INVITATION, Message, mail_now
from portal.features.accounts import passwords, throttle
from portal.features.accounts.throttle import Place
from portal.rules.lifecycle import Role
from portal.store.accounts import account, sign_in
from portal.store.actors import Actor, Occasion, Source
from portal.store.database import Database
from portal.store.factors import factor
from portal.store.places import centre, department, region
from portal.store.work import Work


@dataclass(frozen=True)
class SignedIn:
    """`awaits_code`: it counts once the second factor is given, too."""

    token: str
    account_id: int
    awaits_code: bool = False


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
    db: Database, now: datetime, email: str, password: str, address: str, browser: str = "", called: str = ""
) -> SignedIn | WrongPassword | TooSoon:
    """Try a password. `browser`: what names the browser, if this account has signed in on it before; `called`: what
    the browser says it is."""
    place = Place(email.strip().casefold(), address, browser)
    with db.reading() as conn:  # under attack most are refused here, for the price of one query
        if wait := throttle.wait(conn, place.bounds, now):
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
        return WrongPassword()
    token = secrets.token_urlsafe(32)
    with db.writing() as tx:
        if not still(tx, found.id, found.password_hash):  # changed, or closed, while this password was being looked at
            return WrongPassword()
        throttle.give_back(tx, taken, now)
        awaits = bool(tx.execute(select(exists().where(factor.c.account_id == found.id))).scalar())
        made = {"token_digest": digest(token), "account_id": found.id, "at": now, "browser": called, "awaits_code": int(awaits)}
        tx.execute(insert(sign_in).values(made))
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


class CannotInvite(Exception):
    """The account cannot be made; the message is a French sentence."""


def invite(
    work: Work,
    email: str,
    role: Role,
    *,
    siret: str | None = None,
    department_code: str | None = None,
    region_name: str | None = None,
    name: str = "",
    password: str | None = None,
) -> int:
    """Make an account. Without a password its owner chooses one through an invitation. Raises CannotInvite."""
    email = email.strip().casefold()
    if "@" not in email or len(email) > 254 or any(c.isspace() for c in email):
        raise CannotInvite(f"« {email} » n’est pas une adresse électronique.")
    _check_scope(role, {"--centre": siret, "--department": department_code, "--region": region_name})
    values: dict[str, Any] = {"email": email, "name": (name.strip() or email.split("@")[0])[:120], "role": role.value}
    with work.db.writing() as tx:
        if tx.execute(select(account.c.id).where(account.c.email == email)).scalar():
            raise CannotInvite(f"Un compte existe déjà pour {email}.")
        values |= _scope(tx, siret, department_code, region_name)
        if password is not None and (why := passwords.problem(password, email, name, _centre_name(tx, values.get("centre_id")))):
            raise CannotInvite(why)
        values["password_hash"] = passwords.hash_of(password) if password else None
        number = int(tx.execute(insert(account).values(values).returning(account.c.id)).scalar_one())
        told = {k: v for k, v in values.items() if k != "password_hash"}
        if password is None:
            body = "Un compte est ouvert pour vous sur le portail des sessions. Choisissez votre mot de passe ; le lien vaut 14 jours."
            message = Message("Votre invitation au portail des sessions", body, f"{INVITATION}{number}")
            mail_now(tx, work.on.now, number, message)
        told["person"] = {name: told.pop(name) for name in ("email", "name")}
        work.record(tx, "account_invited", subject=f"account {number}", after={"account": number, **told})
    return number


def _check_scope(role: Role, scope: Mapping[str, str | None]) -> None:
    """Each role has a scope of its own kind, and no other. `scope`: by the option that gives it."""
    needed = {Role.CENTRE: "--centre", Role.UD: "--department", Role.REGION: "--region"}.get(role)
    for option, value in scope.items():
        if (option == needed) != bool(value):
            verb = "est nécessaire pour" if option == needed else "ne va pas avec"
            raise CannotInvite(f"{option} {verb} le rôle « {role} ».")


def _centre_name(tx: Connection, centre_id: int | None) -> str:
    return tx.execute(select(centre.c.name).where(centre.c.id == centre_id)).scalar() or "" if centre_id else ""


def _scope(tx: Connection, siret: str | None, department_code: str | None, region_name: str | None) -> dict[str, Any]:
    """The columns of the scope that was given, which must be known here."""
    found: dict[str, Any] = {}
    if siret:
        found["centre_id"] = tx.execute(select(centre.c.id).where(centre.c.siret == siret)).scalar()
        if not found["centre_id"]:
            raise CannotInvite(f"Aucun centre n’a le SIRET {siret}.")
    if department_code:
        code = department_code.upper().zfill(2)
        found["department_code"] = tx.execute(select(department.c.code).where(department.c.code == code)).scalar()
        if not found["department_code"]:
            raise CannotInvite(f"Le département « {department_code} » n’existe pas.")
    if region_name:
        regions = {r.name.replace("’", "'").casefold(): r.code for r in tx.execute(select(region))}
        found["region_code"] = regions.get(region_name.replace("’", "'").casefold())
        if not found["region_code"]:
            raise CannotInvite(f"La région « {region_name} » n’existe pas. Régions : {', '.join(sorted(regions))}.")
    return found


def choose_password(db: Database, actor: Actor, now: datetime, password: str) -> str | None:
    """Set the password of an invited account; why not, as a sentence, when it will not do."""
    if why := passwords.problem(password, actor.email, actor.name, actor.organisation):
        return why
    with db.writing() as tx:
        done = tx.execute(
            update(account)
            .where(account.c.id == actor.id, account.c.password_hash.is_(None))
            .values(password_hash=passwords.hash_of(password))
        ).rowcount
        if not done:
            return "Cette invitation a déjà servi."
        Work(db, Occasion(actor, Source.WEB, now, now.date())).record(tx, "password_chosen", subject=f"account {actor.id}")
    return None
