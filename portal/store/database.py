"""The connection to the database, the same to the rest of the house for SQLite and PostgreSQL."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import copy
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from portal.address import read_address
from portal.paths import INSTANCE
from portal.store import walls
from portal.store.actors import Actor
from portal.store.scope import Seen, seen_by
from portal.store.watching import Watch, watch

BUSY_TIMEOUT_SECONDS = 20
HELD_UP = 2.5  # seconds that a page waits for what another holds, before it says so
# PostgreSQL ends what runs for minutes, and what began something and went away; a line that was cut is noticed in seconds.
LIMITS = {"statement_timeout": "300s", "idle_in_transaction_session_timeout": "30s"}
LINE = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000, "connect_timeout": 2}
CONNECTIONS = 16  # kept open by a process: more than it has threads, so that none is opened and closed for a request
IDLE_SECONDS = 1.0


STREAM: dict[str, Any] = {"stream_results": True, "yield_per": 1000}


class Database:
    """`reading()` gives a connection whose statements each see what is committed; `writing()` one write transaction.

    `held_up`: seconds that anything waits for what another holds, where people wait for the answer; None: as long as it takes.
    """

    def __init__(self, url: str, audit_key: bytes = b"", held_up: float | None = None) -> None:
        parsed = self.url = read_address(url)
        self.audit_key = audit_key
        self._keeps = True
        self._seen: Seen | None = None
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.busy = BUSY_TIMEOUT_SECONDS if held_up is None else held_up
        self._watch: Watch | None = None
        if self.is_sqlite:
            self.engine = create_engine(parsed, pool_size=CONNECTIONS, connect_args={"timeout": self.busy}, hide_parameters=True)
            self._reader: Engine = self.engine
            _sqlite_manners(self.engine, Path(str(parsed.database)), makes=held_up is None)
        else:
            limits = {} if held_up is None else {"lock_timeout": f"{held_up * 1000:.0f}ms", **LIMITS}
            options = " ".join((str(parsed.query.get("options", "")), *(f"-c {name}={value}" for name, value in limits.items())))
            self.engine = create_engine(
                parsed, pool_size=CONNECTIONS, connect_args={**LINE, "options": options}, hide_parameters=True
            )
            if held_up is not None:
                self._watch = watch(self.engine)
            _postgresql_manners(self.engine, self._watch)
            self._reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading, for the length of the block."""
        with self._reader.connect() as conn:
            self.see(conn)
            yield conn
            walls.leave(conn)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back on an exception. On SQLite it begins as a write
        (`BEGIN IMMEDIATE`), so that a second writer waits here instead of failing halfway."""
        with self.engine.connect().execution_options(portal_write=True) as conn, conn.begin() as transaction:
            self._see(conn)
            yield conn
            if not self._keeps:
                transaction.rollback()

    def seen_by(self, actor: Actor | None) -> "Database":
        """The same, as this person sees it, or nobody: where the database keeps a wall of its own (store.walls), it gives no row
        of others, whatever it is asked."""
        own = copy(self)
        own._seen = seen_by(actor) if actor else None
        return own

    def see(self, conn: Connection) -> None:
        """From now on this connection for reading sees what this person sees, to its end."""
        if self._seen and conn.info.get(walls.WALLED):
            conn.exec_driver_sql(f"BEGIN READ ONLY; {self._seen.sql}")  # its statements are told apart by nobody else

    def _see(self, conn: Connection) -> None:
        if self._seen and conn.info.get(walls.WALLED):
            conn.exec_driver_sql(self._seen.sql)

    def rehearsing(self) -> "Database":
        """The same, but that nothing stays of what is written: an act does all it does, and then has not been done."""
        rehearsal = copy(self)
        rehearsal._keeps = False
        return rehearsal

    @contextmanager
    def aside(self, patience: int = 0) -> Iterator[Connection]:
        """A small write that is for nobody to wait for: where others hold what it needs, it raises DBAPIError at once, or after
        so many milliseconds."""
        with self.engine.connect() as conn:
            try:
                begin = (f"PRAGMA busy_timeout = {patience}", "BEGIN IMMEDIATE")
                for statement in begin if self.is_sqlite else (f"SET LOCAL lock_timeout = {max(patience, 50)}",):
                    conn.exec_driver_sql(statement)
                yield conn
                conn.commit()
            finally:
                conn.rollback()
                if self.is_sqlite:
                    conn.exec_driver_sql(f"PRAGMA busy_timeout = {self.busy * 1000:.0f}")

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """One reading transaction, for long answers that stream: all of it is of one moment."""
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self.engine.connect().execution_options(**level) as conn, conn.begin():
            if self.is_sqlite:
                conn.exec_driver_sql("BEGIN")
            self._see(conn)
            yield conn

    def analyze(self) -> None:
        """Count the tables for the query planner; after much has come in."""
        with self.engine.connect() as conn, conn.begin():
            conn.exec_driver_sql("ANALYZE")

    def dispose(self) -> None:
        """Close every connection that lies ready."""
        self.engine.dispose()
        if self._watch:
            self._watch.stop()


def _owners_alone(file: Path) -> None:
    """The file is there, and nobody but its owner reads or writes it; its journals follow it. What cannot be, opening tells."""
    with suppress(OSError):
        if file.parent == INSTANCE:
            file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        if file.stat().st_uid == os.geteuid():
            file.chmod(0o600)


def _postgresql_manners(engine: Engine, watch: Watch | None) -> None:
    """A connection that lay idle is asked whether it still lives before it is used: after a failover the next one is."""

    @event.listens_for(engine, "connect")
    def on_connect(dbapi_connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        cursor = dbapi_connection.cursor()
        cursor.execute(walls.STAND)
        record.info[walls.WALLED] = cursor.fetchone() == (True,)
        dbapi_connection.rollback()

    @event.listens_for(engine, "checkin")
    def on_checkin(_dbapi: object, record: ConnectionPoolEntry) -> None:
        record.info["seen"] = monotonic()

    @event.listens_for(engine, "checkout")
    def on_checkout(dbapi_connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if monotonic() - record.info.get("seen", monotonic()) < IDLE_SECONDS:
            return
        if watch:
            watch.begin(dbapi_connection)  # type: ignore[arg-type]
        try:
            dbapi_connection.cursor().execute("SELECT 1")
            dbapi_connection.rollback()
        except Exception as error:
            raise DisconnectionError from error
        finally:
            if watch:
                watch.end(dbapi_connection)


def _which(file: Path) -> tuple[int, int] | None:
    """Which file stands under this name; None: none does."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _sqlite_manners(engine: Engine, file: Path, *, makes: bool) -> None:
    """`makes`: a file that is not there is made. Where people wait for the answer none is: it was moved away, and comes back; and
    what is open of a file that another took the place of is not written to."""

    @event.listens_for(engine, "do_connect")
    def before_connect(_dialect: object, _record: object, _args: object, _more: object) -> None:
        if not makes and _which(file) is None:
            raise sqlite3.OperationalError("unable to open database file")
        _owners_alone(file)

    @event.listens_for(engine, "checkout")
    def on_checkout(_dbapi: object, record: ConnectionPoolEntry, _proxy: object) -> None:
        if record.info["file"] != _which(file):
            raise DisconnectionError

    @event.listens_for(engine, "connect")
    def on_connect(dbapi_connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        record.info["file"] = _which(file)
        dbapi_connection.isolation_level = None  # the driver begins nothing by itself
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=FAST"):
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(conn: Connection) -> None:
        if conn.get_execution_options().get("portal_write"):
            conn.exec_driver_sql("BEGIN IMMEDIATE")
