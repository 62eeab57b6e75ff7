"""A PostgreSQL that has taken a statement and answers nothing (frozen, or behind a cut line) is noticed from beside.

No limit of the server's helps where the server itself stands still, and what waits for it would wait for good. So a thread looks
at what is under way: where a statement takes long, it knocks at the server; where nobody opens, it closes the connections, and
whoever waited is told. A statement that is merely slow goes on.
"""

import os
import socket
from contextlib import suppress
from threading import Event, Thread
from time import monotonic
from typing import cast

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExecutionContext
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.pool import ConnectionPoolEntry

LOOKS, SLOW = 0.2, 0.5  # seconds between two looks; how long a statement takes before the thread knocks
OPENS = 2  # seconds that the server has to open: the least that libpq knows
AGAIN = 1.0  # seconds until it is knocked at again


class Watch:
    """What is under way on the connections of one engine."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._under_way: dict[int, tuple[psycopg.Connection, float]] = {}
        self._stop = Event()
        self._thread: Thread | None = None
        self._shut_until = self._fine_until = 0.0

    def begin(self, connection: psycopg.Connection) -> None:
        """The server has been asked for something over this connection."""
        self._under_way[id(connection)] = (connection, monotonic())
        if self._thread is None:
            self._thread = Thread(target=self._look, daemon=True, name="database watch")
            self._thread.start()

    def end(self, connection: object) -> None:
        """It has answered, or failed."""
        self._under_way.pop(id(connection), None)

    def shut(self) -> bool:
        """Whether it did not open a moment ago: nobody needs to wait to hear it again."""
        return monotonic() < self._shut_until

    def stop(self) -> None:
        """Nothing is watched any more; what begins later is."""
        self._stop.set()
        if self._thread:
            self._thread.join()
        self._thread = None
        self._stop = Event()
        self._shut_until = self._fine_until = 0.0

    def _look(self) -> None:
        stop = self._stop
        while not stop.wait(LOOKS):
            now = monotonic()
            if now < self._fine_until or not any(now - since > SLOW for _, since in list(self._under_way.values())):
                continue
            if self._opens():
                self._fine_until = monotonic() + AGAIN
            else:
                self._shut_until = monotonic() + AGAIN
                self._close_all()

    def _opens(self) -> bool:
        """Whether the server lets anybody in, or says why not."""
        try:
            psycopg.connect(self.address, connect_timeout=OPENS).close()
        except psycopg.errors.ConnectionTimeout:
            return False
        except psycopg.Error:
            pass  # it answers: who waits is told by itself
        return True

    def _close_all(self) -> None:
        for connection, _ in list(self._under_way.values()):
            with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)


def watch(engine: Engine) -> Watch:
    """Watch all that this engine asks of its server."""
    watching = Watch(engine.url.set(drivername="postgresql").render_as_string(hide_password=False))

    @event.listens_for(engine, "do_connect")
    def before_connect(_dialect: object, _record: object, _args: object, _more: object) -> None:
        if watching.shut():
            raise psycopg.OperationalError("the server does not answer")

    @event.listens_for(engine, "before_cursor_execute")
    def before(_conn: object, cursor: DBAPICursor, _sql: str, _values: object, _context: object, _many: bool) -> None:
        watching.begin(cast("psycopg.Cursor", cursor).connection)

    @event.listens_for(engine, "after_cursor_execute")
    def after(_conn: object, cursor: DBAPICursor, _sql: str, _values: object, _context: ExecutionContext, _many: bool) -> None:
        watching.end(cast("psycopg.Cursor", cursor).connection)

    @event.listens_for(engine, "commit")
    def on_commit(conn: object) -> None:
        watching.begin(conn.connection.dbapi_connection)  # type: ignore[attr-defined]

    @event.listens_for(engine, "checkin")
    def on_checkin(connection: DBAPIConnection | None, _record: ConnectionPoolEntry) -> None:
        watching.end(connection)

    return watching
