"""PostgreSQL: each table as COPY gives it, all of one moment, without its own tools and whatever its version."""

from collections.abc import Iterator
from contextlib import contextmanager
from graphlib import TopologicalSorter

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from portal.store import migrate, walls
from portal.store.copies.archive import CannotCopy, Head, Reading, Writing
from portal.store.database import Database

TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'"
)
REFERENCES = (
    "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid"
)
COLUMNS = (
    "SELECT attname FROM pg_attribute WHERE attrelid = CAST(:name AS regclass) AND attnum > 0 AND NOT attisdropped "
    "AND attgenerated = '' ORDER BY attnum"
)
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
PATIENT = ("SET LOCAL statement_timeout = 0", "SET LOCAL idle_in_transaction_session_timeout = 0")


def copy(db: Database, writing: Writing) -> None:
    """All tables in one snapshot, those that others refer to first; then the sequences, which only grow."""
    with _telling(), db.snapshot() as conn, walls.beyond(conn):  # all rows, whoever copies
        for statement in PATIENT:
            conn.execute(text(statement))
        head = conn.execute(text("SELECT count, digest, seal FROM audit_head")).first()
        writing.manifest.head = Head(*head) if head else None
        writing.manifest.schema = conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        for table in _tables(conn):
            columns = list(conn.execute(text(COLUMNS), {"name": table}).scalars())
            writing.add(f"table/{table}", _given(conn, f"COPY {_named(table, columns)} TO STDOUT"), columns)
        writing.manifest.sequences = {row[0]: row[1] for row in conn.execute(text(SEQUENCES))}


def put_back(db: Database, reading: Reading) -> None:
    """The schema of then, and all rows, in one transaction. What tables do by themselves they have done already: it is in the rows."""
    manifest = reading.manifest
    with _telling(), migrate.made(db, manifest.schema) as conn:
        for statement in PATIENT:
            conn.execute(text(statement))
        there = _tables(conn)
        for table in there:
            conn.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        conn.execute(text(f"TRUNCATE {', '.join(there)}"))  # what migrations put in is in the copy
        for name, part in manifest.parts.items():
            _take(conn, f"COPY {_named(name.removeprefix('table/'), part.columns)} FROM STDIN", reading.chunks(name))
        for table in there:
            conn.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        for name, last in manifest.sequences.items():
            conn.execute(text("SELECT setval(CAST(:name AS regclass), :last)"), {"name": name, "last": last})
    db.analyze()


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except (psycopg.Error, DBAPIError) as error:
        said = str(getattr(error, "orig", error)).splitlines()[0]
        raise CannotCopy(
            f"PostgreSQL s’y oppose ({said}) : l’adresse donnée doit être celle du compte auquel la base appartient. Rien n’a été écrit."
        ) from error


def _tables(conn: Connection) -> list[str]:
    """In an order in which each comes after those that it refers to."""
    order = TopologicalSorter({name: () for name in sorted(conn.execute(text(TABLES)).scalars())})
    for table, other in conn.execute(text(REFERENCES)):
        order.add(table, other)
    return list(order.static_order())


def _driver(conn: Connection) -> "psycopg.Connection[tuple[object, ...]]":
    found = conn.connection.driver_connection
    assert isinstance(found, psycopg.Connection)
    return found


def _named(table: str, columns: list[str]) -> str:
    return f"{table} ({', '.join(columns)})"


def _given(conn: Connection, statement: str) -> Iterator[bytes | bytearray | memoryview]:
    with _driver(conn).cursor() as cursor, cursor.copy(statement.encode()) as rows:
        yield from rows


def _take(conn: Connection, statement: str, chunks: Iterator[bytes]) -> None:
    with _driver(conn).cursor() as cursor, cursor.copy(statement.encode()) as rows:
        for chunk in chunks:
            rows.write(chunk)
