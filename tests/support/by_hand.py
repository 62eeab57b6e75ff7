"""What somebody does who has the database and not the key: past its triggers and the keys between tables."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from portal.store.database import Database
from tests.support.postgres import as_owner


def by_hand(db: Database, *statements: str) -> None:
    """These statements, past what only a PostgreSQL lets itself be told aside; they stay."""
    with as_owner(db) as own, own.writing() as tx:
        if not db.is_sqlite:
            tx.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for sql in statements:
            tx.exec_driver_sql(sql)


@contextmanager
def tried(db: Database, *statements: str) -> Iterator[Connection]:
    """After these statements, past every trigger; all of it is taken back at the end."""
    with as_owner(db) as own, own.engine.connect().execution_options(portal_write=True) as tx:
        if db.is_sqlite:
            tx.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            for (name,) in tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
                tx.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            tx.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for sql in statements:
            tx.execute(text(sql))
        yield tx
        tx.rollback()
