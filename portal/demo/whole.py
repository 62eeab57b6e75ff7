"""The demonstration is there whole, or not at all: however its loading ends, the next start finds no half of it."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, event, literal, select, text

from portal.demo.load import Progress, load
from portal.paths import INSTANCE
from portal.settings import Settings
from portal.store import migrate
from portal.store.accounts import account
from portal.store.audit import audit_event
from portal.store.database import Database
from portal.store.sessions import exam_session

BESIDE = ("", "-wal", "-shm", "-journal")  # a file of SQLite, and those that it may have beside it
LOCK = 20_200_615  # of PostgreSQL: held by whoever fills this database
LOADING = "démonstration en cours de chargement"  # said of a table while it lasts: whoever reads it later finds a half
SAID = text("SELECT obj_description(to_regclass('alembic_version'), 'pg_class')")

Fill = Callable[[Database], int]


def make_ready(
    settings: Settings, day: date, sessions: int | None, progress: Progress, begins: Callable[[], None] = lambda: None
) -> int | None:
    """Bring the database to the schema of this version, and load the demonstration where it is empty; `begins` is called before.

    Gives how many sessions were loaded; None where there was something. Of two at once the second waits. Raises CannotMigrate,
    DBAPIError, OSError.
    """
    db = Database(settings.database_url, settings.audit_key)

    def fill(into: Database) -> int:
        begins()
        return load(into, day, settings.unit_label, sessions, progress)

    try:
        return _file(db, fill) if db.is_sqlite else _server(db, fill)
    finally:
        db.dispose()


def _file(db: Database, fill: Fill) -> int | None:
    """Loaded into a new file beside, which then takes the place."""
    file = Path(str(db.url.database))
    beside = file.with_name(f"{file.name}.loading")
    if file.parent == INSTANCE:
        with suppress(OSError):
            INSTANCE.mkdir(parents=True, exist_ok=True)
    if not os.access(file.parent, os.R_OK | os.W_OK | os.X_OK):
        migrate.upgrade(db)  # opening it tells why that cannot be
        return None
    with _alone_in(file.parent):
        _remove(beside)
        if file.exists() and file.stat().st_size:
            migrate.upgrade(db)
            if not _is_empty(db):
                return None
            db.dispose()
        new = Database(f"sqlite:///{beside}", db.audit_key)
        event.listen(new.engine, "connect", _hasty)
        migrate.upgrade(new)
        number = fill(new)
        with new.engine.connect() as conn:
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        new.dispose()
        _on_disk(beside)
        _remove(file)
        beside.rename(file)
        _on_disk(file.parent)
        return number


def _hasty(connection: sqlite3.Connection, _record: object) -> None:
    """No commit waits for the disk: whatever ends before the file takes its place is made anew."""
    connection.execute("PRAGMA synchronous=OFF")


def _on_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    os.fsync(opened)
    os.close(opened)


def _server(db: Database, fill: Fill) -> int | None:
    """Loaded where it is; a half that another left is taken away first."""
    with db.reading() as held:
        held.execute(text(f"SELECT pg_advisory_lock({LOCK})"))  # until this connection ends
        if held.execute(SAID).scalar() == LOADING:
            migrate.downgrade(db)
        migrate.upgrade(db)
        if not _is_empty(db):
            return None
        _say(held, f"'{LOADING}'")
        number = fill(db)
        _say(held, "NULL")
        return number


def _say(conn: Connection, words: str) -> None:
    conn.exec_driver_sql(f"COMMENT ON TABLE alembic_version IS {words}")


def _is_empty(db: Database) -> bool:
    """Whether nobody has done anything here yet."""
    with db.reading() as conn:
        return not any(
            conn.execute(select(literal(1)).select_from(t).limit(1)).scalar() for t in (audit_event, exam_session, account)
        )


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Held by one process at a time, and let go with it; no file is made for it."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _remove(file: Path) -> None:
    for suffix in BESIDE:
        file.with_name(file.name + suffix).unlink(missing_ok=True)
