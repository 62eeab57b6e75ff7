"""What a passkey is asked to sign: kept with the sign-in, for a few minutes, and taken once."""

from datetime import datetime

from sqlalchemy import select, update

from portal.features.accounts.actions import digest
from portal.rules.proving import TO_GIVE, within
from portal.store.accounts import sign_in
from portal.store.work import Work


def keep(work: Work, token: str, challenge: str) -> None:
    """What a passkey is to sign for this sign-in, in the place of what it was to sign before."""
    kept = f"{int(work.on.now.timestamp())} {challenge}"
    with work.db.writing() as tx:
        tx.execute(update(sign_in).where(sign_in.c.token_digest == digest(token)).values(challenge=kept))


def take(work: Work, token: str) -> str:
    """What a passkey was to sign for this sign-in; empty when there is nothing, or no longer."""
    mine = sign_in.c.token_digest == digest(token)
    with work.db.writing() as tx:
        found = tx.execute(select(sign_in.c.challenge).where(mine).with_for_update()).scalar() or ""
        tx.execute(update(sign_in).where(mine).values(challenge=""))
    at, _, challenge = found.partition(" ")
    if not challenge:
        return ""
    since = datetime.fromtimestamp(int(at), work.on.now.tzinfo)
    return challenge if within(TO_GIVE, since, work.on.now) else ""
