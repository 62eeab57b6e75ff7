"""SQLite: the file itself, copied page by page by the library while others read and write."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection

from portal.store.copies.archive import CHUNK, BadCopy, Head, Reading, Writing, written
from portal.store.database import Database

PART = "portal.sqlite"
HEAD = "SELECT count, digest, seal FROM audit_head"


def copy(db: Database, writing: Writing) -> None:
    """The whole file, as it is at one moment: readers and writers go on meanwhile."""
    with _aside(writing.file.parent) as file:
        with closing(sqlite3.connect(file, isolation_level=None)) as there:
            there.execute("PRAGMA synchronous=OFF")  # it is thrown away once it is in the archive
            _pages(db, there)
            there.execute("PRAGMA journal_mode=DELETE")
            head = there.execute(HEAD).fetchone()
            writing.manifest.head = Head(*head) if head else None
            writing.manifest.schema = str(there.execute("SELECT version_num FROM alembic_version").fetchone()[0])
        writing.add(PART, _read(file))


def put_back(db: Database, reading: Reading) -> None:
    """The file's pages into the database, in one transaction of the library."""
    target = Path(str(db.url.database))
    with _aside(target.parent) as file:
        with file.open("wb") as out:
            written(reading.chunks(PART), out)
        with closing(sqlite3.connect(file, isolation_level=None)) as there:
            if (said := there.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
                raise BadCopy(f"{reading.file} : la base qu’elle contient est abîmée ({said}). Rien n’a été écrit.")
            with db.reading() as conn:
                there.backup(_driver(conn))


def _pages(db: Database, there: sqlite3.Connection) -> None:
    with db.reading() as conn:
        _driver(conn).backup(there)  # all pages in one step, under one lock for reading


def _driver(conn: Connection) -> sqlite3.Connection:
    found = conn.connection.driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found


def _read(file: Path) -> Iterator[bytes]:
    with file.open("rb") as pages:
        while chunk := pages.read(CHUNK):
            yield chunk


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """A file that is its owner's alone, and goes when all is done."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".portal-", suffix=".sqlite")
    os.close(handle)
    try:
        yield Path(name)
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            Path(name + end).unlink(missing_ok=True)
