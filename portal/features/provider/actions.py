"""Whoever an identity provider tells of is signed in, if it is a person of the State with an open account."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, insert, select

from portal.features.accounts.actions import SignedIn, digest
from portal.features.provider.asking import Identity
from portal.rules.duties import Duty, may_do
from portal.rules.lifecycle import Role
from portal.rules.security import Kind
from portal.store.accounts import account, sign_in
from portal.store.actors import Device
from portal.store.database import Database
from portal.store.factors import factor
from portal.store.security import Entry, enter


@dataclass(frozen=True)
class NoAccount:
    """No open account of a person of the State has this address."""

    email: str


def sign_in_as(db: Database, now: datetime, who: Identity, device: Device) -> SignedIn | NoAccount:
    """Sign in the account of this address. It waits for a code where it has a second factor here and gave none elsewhere."""
    open_ones = account.c.closed_at.is_(None) & account.c.password_hash.is_not(None)
    token = secrets.token_urlsafe(32)
    with db.writing() as tx:
        query = select(account.c.id, account.c.role).where(account.c.email == who.email, open_ones)
        found = tx.execute(query.with_for_update()).one_or_none()
        if found is None or not may_do(Role(found.role), Duty.SIGN_IN_ELSEWHERE).ok:
            enter(tx, now, Entry(Kind.NO_ACCOUNT, about_id=found.id if found else None, device=device))
            return NoAccount(who.email)
        own = bool(tx.execute(select(exists().where(factor.c.account_id == found.id))).scalar())
        waits = own and not who.proved_twice
        made = {
            "token_digest": digest(token),
            "account_id": found.id,
            "at": now,
            "browser": device.called,
            "awaits_code": int(waits),
        }
        made |= {
            "address": device.address[:45],
            "elsewhere": int(who.proved_twice),
            "checked_at": now if who.proved_twice else None,
        }
        tx.execute(insert(sign_in).values(made))
        if not waits:
            enter(tx, now, Entry(Kind.SIGNED_IN, found.id, found.id, "fournisseur d’identité", device))
    return SignedIn(token, found.id, waits)
