"""What is past its time goes: deleted, or made anonymous so that counts, results and the trail stay what they were.

In batches, each one transaction that the trail tells of: stopped halfway it has done half, and the next run does the rest.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import Connection, Table, delete, select

from portal.features.privacy.anonymous import (
    Erase,
    end_links,
    erase_accounts,
    erase_adjustments,
    erase_contacts,
    erase_members,
    erase_notes,
    erase_sessions,
)
from portal.features.privacy.overdue import OF_SESSIONS, Bound, Overdue, past, plan
from portal.rules.retention import Kind
from portal.store.accounts import account, sign_in
from portal.store.database import Database
from portal.store.jury import jury_member
from portal.store.notices import mail, notice
from portal.store.oversight import signal_note
from portal.store.places import centre
from portal.store.security import security_entry
from portal.store.sessions import exam_session
from portal.store.work import Work

DELETED: dict[Kind, Table] = {Kind.SIGN_INS: sign_in, Kind.JOURNAL: security_entry, Kind.MAILS: mail, Kind.NOTICES: notice}
ERASED: dict[Kind, tuple[Table, Erase]] = {
    Kind.SIGNALS: (signal_note, erase_notes),
    Kind.CENTRES: (centre, erase_contacts),
    Kind.ACCOUNTS: (account, erase_accounts),
    Kind.MEMBERS: (jury_member, erase_members),
    Kind.CANDIDATES: (exam_session, erase_sessions),
    Kind.LINKS: (exam_session, end_links),
    Kind.ADJUSTMENTS: (exam_session, erase_adjustments),
}
MOST_DELETED, MOST_ERASED = 2000, 100  # in one transaction


def apply(
    work: Work, most_deleted: int = MOST_DELETED, most_erased: int = MOST_ERASED, kinds: Collection[Kind] = tuple(Kind)
) -> list[Overdue]:
    """Delete or make anonymous all that is past its time today: what was done, kind by kind. A second run finds nothing."""
    with work.db.snapshot() as conn:
        found = plan(conn, work.on.today, kinds)
    done = []
    for overdue in found:
        parts = list(_batches(work, overdue, most_deleted if overdue.line.kind in DELETED else most_erased))
        done.append(replace(overdue, count=sum(count for count, _ in parts), sessions=sum(some for _, some in parts)))
    if any(one.count for one in done if one.line.kind in ERASED):
        scrub(work.db)
    return done


def scrub(db: Database) -> None:
    """SQLite leaves what was deleted in its free pages, and the words of a name in its index: both go from the file, as far as
    nobody reads at the moment. PostgreSQL does it by itself (autovacuum)."""
    if db.is_sqlite:
        with db.writing() as tx:
            tx.exec_driver_sql("INSERT INTO candidate_search (candidate_search) VALUES ('optimize')")
        with db.engine.connect() as conn:
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _batches(work: Work, overdue: Overdue, most: int) -> Iterator[tuple[int, int]]:
    """How many rows, and of how many sessions, each batch took, until there is nothing left."""
    while True:
        with work.db.writing() as tx:
            if work.db.is_sqlite:
                tx.exec_driver_sql("PRAGMA secure_delete = ON")
            count, keys = (_delete if overdue.line.kind in DELETED else _erase)(tx, work, overdue, most)
        if not keys:
            return
        yield count, keys if overdue.line.kind in OF_SESSIONS else 0


def _delete(tx: Connection, work: Work, overdue: Overdue, most: int) -> tuple[int, int]:
    table = DELETED[overdue.line.kind]
    (key,) = table.primary_key.columns
    gone = _some(tx, overdue, most)
    if gone:
        tx.execute(delete(table).where(key.in_(gone)))
        told = {"kind": overdue.line.kind.value, "count": len(gone), "before": overdue.before}
        work.record(tx, "retention_applied", subject="retention", after=told)
    return len(gone), len(gone)


def _erase(tx: Connection, work: Work, overdue: Overdue, most: int) -> tuple[int, int]:
    table, erase = ERASED[overdue.line.kind]
    keys = _some(tx, overdue, most)
    if keys:  # held, and looked at again: one may have been opened, or moved, meanwhile
        tx.execute(select(table.c.id).where(table.c.id.in_(keys)).order_by(table.c.id).with_for_update())
        keys = _some(tx, overdue, most, keys)
    return (erase(tx, work, keys), len(keys)) if keys else (0, 0)


def _some(tx: Connection, overdue: Overdue, most: int, among: Sequence[int] = ()) -> list[int]:
    rows = past(overdue.line.kind, Bound(overdue.before)).subquery()
    query = select(rows.c.id).order_by(rows.c.id).limit(most)
    return list(tx.execute(query.where(rows.c.id.in_(among)) if among else query).scalars())
