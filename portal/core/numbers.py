"""New numbers of sessions follow the highest there is."""

from sqlalchemy import Connection, func, select

from portal.store.sessions import exam_session
from portal.store.work import Work

FIRST = 100_001


def next_number(tx: Connection, work: Work) -> int:
    """The number of the next session; who asks holds it until the transaction ends, so that nobody gets the same."""
    if not work.db.is_sqlite:
        tx.execute(select(func.pg_advisory_xact_lock(224566)))
    return max(FIRST, (tx.execute(select(func.max(exam_session.c.id))).scalar() or 0) + 1)
