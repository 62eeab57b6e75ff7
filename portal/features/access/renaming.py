"""One's own name and address. An address waits until whoever reads there has confirmed it, by a link that serves once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from portal.core.invitations import EMAIL_HOURS
from portal.core.outcomes import Invalid, Saved, Unchanged
from portal.core.telling import EMAIL, Message, mail_now
from portal.features.access import queries
from portal.features.access.holding import Changed
from portal.features.access.queries import Kept
from portal.features.access.scopes import email_problem, named
from portal.features.accounts import own
from portal.features.accounts.actions import TooSoon, WrongPassword
from portal.rules.keeping import State
from portal.store.accounts import account
from portal.store.work import Work

OVER = "Ce lien a déjà servi, ou une autre adresse a été demandée depuis."
TAKEN = "Un compte existe déjà pour cette adresse."


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    """What an event says of these columns: who the person is, apart from the rest."""
    person = {name: values[name] for name in ("name", "email") if name in values}
    return {**{n: v for n, v in values.items() if n not in person}, **({"person": person} if person else {})}


def taken(tx: Connection, email: str, but: int) -> bool:
    """Whether another account has this address."""
    return tx.execute(select(account.c.id).where(account.c.email == email, account.c.id != but)).first() is not None


def rename(work: Work, version: int, name: str) -> Saved | Unchanged | Changed | Invalid:
    """One's own name."""
    clean, why = named(name)
    with work.db.writing() as tx:
        found = _own(tx, work)
        if why:
            return Invalid({"name": why})
        if clean == found.name:
            return Unchanged("Votre nom n’a pas changé.")
        if found.version != version:
            return Changed(found)
        tx.execute(update(account).where(account.c.id == found.id).values(name=clean, version=account.c.version + 1))
        body = f"Votre nom sur le portail est maintenant : {clean}. Si ce n’est pas vous, changez votre mot de passe."
        mail_now(tx, work.on.now, found.id, Message("Votre nom a changé", body, "/compte"))
        before, after = told({"name": found.name}), told({"name": clean})
        work.record(tx, "name_changed", subject=f"account {found.id}", before=before, after=after)
    return Saved("Votre nom est enregistré.")


def _own(tx: Connection, work: Work) -> Kept:
    """One's own account, held."""
    tx.execute(select(account.c.id).where(account.c.id == work.actor.id).with_for_update())
    found = queries.find_any(tx, work.actor.id or 0)
    assert found
    return found


def ask_own(
    work: Work, version: int, email: str, password: str, address: str
) -> Saved | Unchanged | Changed | Invalid | WrongPassword | TooSoon:
    """Another address of one's own: with the password that stands, and confirmed at the new address."""
    email = email.strip().casefold()
    if why := email_problem(email):
        return Invalid({"email": why})
    checked = own.check(work, password, address)
    if not isinstance(checked, str):
        return checked
    with work.db.writing() as tx:
        found = _own(tx, work)
        if email == found.email:
            return Unchanged("C’est déjà votre adresse.")
        if found.version != version:
            return Changed(found)
        if taken(tx, email, found.id):
            return Invalid({"email": TAKEN})
        ask(tx, work, found, email)
    return Saved(f"Ouvrez le lien envoyé à {email} : il vaut 24 heures. D’ici là, votre adresse ne change pas.")


def ask(tx: Connection, work: Work, found: Kept, email: str) -> None:
    """An address waits to be confirmed; both are told."""
    now = work.on.now
    waits = {"next_email": email, "next_email_at": now, "version": account.c.version + 1}
    tx.execute(update(account).where(account.c.id == found.id).values(waits))
    body = f"Confirmez que {email} est votre adresse sur le portail des sessions. Le lien vaut {EMAIL_HOURS} heures et sert une fois."
    link = f"{EMAIL}{found.id}:{mark(found.id, email, now)}"
    mail_now(tx, now, found.id, Message("Confirmez votre nouvelle adresse", body, link), email)
    body = (
        f"Une autre adresse est demandée pour votre compte par {work.actor.label} : {email}. Elle vaudra une fois confirmée.\n"
        "Si ce n’est pas ce que vous voulez, changez votre mot de passe et prévenez votre interlocuteur."
    )
    mail_now(tx, now, found.id, Message("Votre adresse va changer", body, "/compte"))
    before, after = told({"email": found.email}), told({"email": email})
    work.record(tx, "email_change_asked", subject=f"account {found.id}", before=before, after=after)


def mark(number: int, email: str, at: datetime) -> str:
    """What tells one change of address from the next, and tells nothing of it."""
    return sha256(f"{number}|{email}|{at.timestamp():.6f}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Waiting:
    """An address that may be confirmed."""

    account: Kept
    email: str


def waiting(conn: Connection, number: int, marked: str, now: datetime) -> Waiting | None:
    """The change that this link is of; None once it was made, given up or replaced, or is over."""
    found = queries.find_any(conn, number)
    if found is None or found.state is not State.ACTIVE or not found.next_email or not found.next_email_at:
        return None
    late = now - found.next_email_at > timedelta(hours=EMAIL_HOURS)
    same = mark(found.id, found.next_email, found.next_email_at) == marked
    return Waiting(found, found.next_email) if same and not late else None


def confirm(work: Work, marked: str) -> str | None:
    """The new address is this account's from now on; why not, as a sentence."""
    actor, now = work.actor, work.on.now
    try:
        with work.db.writing() as tx:
            tx.execute(select(account.c.id).where(account.c.id == actor.id).with_for_update())
            found = waiting(tx, actor.id or 0, marked, now)
            if found is None:
                return OVER
            number, old = found.account.id, found.account.email
            new = {"email": found.email, "next_email": None, "next_email_at": None}
            tx.execute(update(account).where(account.c.id == number).values(**new, version=account.c.version + 1))
            body = f"L’adresse de votre compte est maintenant {found.email}. Vos courriels y viennent, et vous vous connectez avec elle."
            message = Message("Votre adresse a changé", body, "/compte")
            mail_now(tx, now, number, message)
            mail_now(tx, now, number, message, old)
            before, after = told({"email": old}), told({"email": found.email})
            work.record(tx, "email_changed", subject=f"account {number}", before=before, after=after)
    except IntegrityError:
        return "Un autre compte a pris cette adresse entre-temps : demandez-en une autre."
    return None
