"""What a page asks of SQLite, counted and not timed: statements, rows of the database's own program that were run, rows given."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, event

EVERY = 10  # steps of SQLite's machine between two counts: what is left of a statement counts with the next time that it runs


@dataclass
class Asked:
    """What was asked since it was set to nothing."""

    steps: int = 0
    statements: int = 0


class Meter:
    """Counts what an engine is asked within `counting`, which takes time of its own: its connections must not have been opened yet."""

    def __init__(self, engine: Engine) -> None:
        self._asked: Asked | None = None
        self._open: list[sqlite3.Connection] = []

        @event.listens_for(engine, "connect")
        def on_connect(dbapi_connection: sqlite3.Connection, _record: object) -> None:
            self._open.append(dbapi_connection)
            if self._asked:
                dbapi_connection.set_progress_handler(self._step, EVERY)

        @event.listens_for(engine, "close")
        def on_close(dbapi_connection: sqlite3.Connection, _record: object) -> None:
            self._open.remove(dbapi_connection)

        @event.listens_for(engine, "before_cursor_execute")
        def on_statement(*_given: object) -> None:
            if self._asked:
                self._asked.statements += 1

    def _step(self) -> None:
        if self._asked:
            self._asked.steps += EVERY

    @contextmanager
    def counting(self) -> Iterator[Asked]:
        """What is asked within this block."""
        self._asked = asked = Asked()
        for connection in self._open:
            connection.set_progress_handler(self._step, EVERY)
        yield asked
        for connection in self._open:
            connection.set_progress_handler(None, EVERY)
        self._asked = None
