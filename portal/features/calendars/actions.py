"""The private address of a calendar: given, replaced, taken back."""

import secrets

from sqlalchemy import delete, insert, select

from portal.store.calendars import calendar_feed
from portal.store.work import Work


def give(work: Work) -> None:
    """A new private address; one that was given before is worth nothing from now on."""
    with work.db.writing() as tx:
        had = tx.execute(delete(calendar_feed).where(calendar_feed.c.account_id == work.actor.id)).rowcount
        tx.execute(insert(calendar_feed).values(account_id=work.actor.id, nonce=secrets.token_hex(16), created_at=work.on.now))
        work.record(tx, "calendar_replaced" if had else "calendar_given", subject=f"account {work.actor.id}")


def revoke(work: Work) -> bool:
    """Take the private address back; whether there was one."""
    with work.db.writing() as tx:
        there = tx.execute(select(calendar_feed.c.nonce).where(calendar_feed.c.account_id == work.actor.id)).first()
        if there is None:
            return False
        tx.execute(delete(calendar_feed).where(calendar_feed.c.account_id == work.actor.id))
        work.record(tx, "calendar_revoked", subject=f"account {work.actor.id}")
    return True
