"""What is older than the journal is kept goes, a thousand rows at a time."""

from datetime import datetime

from sqlalchemy import delete, select

from portal.rules.security import MONTHS
from portal.store.database import Database
from portal.store.security import security_entry

AT_ONCE = 1_000


def oldest(now: datetime) -> datetime:
    """From when on rows are kept: the same day of the month, so many months ago."""
    months = now.year * 12 + now.month - 1 - MONTHS
    return now.replace(year=months // 12, month=months % 12 + 1, day=min(now.day, 28))


def forget(db: Database, now: datetime) -> int:
    """Take away what is too old; how many rows that was."""
    t, gone = security_entry.c, 0
    old = select(t.id).where(t.first_at < oldest(now), t.last_at < oldest(now)).order_by(t.first_at).limit(AT_ONCE)
    while True:
        with db.writing() as tx:
            taken = tx.execute(delete(security_entry).where(t.id.in_(old))).rowcount
        gone += taken
        if taken < AT_ONCE:
            return gone
