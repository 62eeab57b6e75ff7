"""Tables read from end to end, a few rows at a time. A stream takes PostgreSQL five journeys, even of a table that holds nothing, and
forty are read: which hold anything is asked once."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, select

from portal.store.database import STREAM
from portal.store.tables import metadata

_HOLD = select(*(exists(select(1).select_from(table)) for table in metadata.sorted_tables))


class Streams:
    """The streams of one connection, whose transaction sees no other rows meanwhile."""

    def __init__(self, conn: Connection) -> None:
        self.conn, hold = conn, conn.execute(_HOLD).one()
        self.empty = {table for table, holds in zip(metadata.sorted_tables, hold, strict=True) if not holds}

    def rows(self, query: Select[Any]) -> Iterator[Row[Any]]:
        """Of the tables of which it selects columns all must hold something: what they are joined by leaves out what has no partner."""
        if self.empty.isdisjoint(query.columns_clause_froms):
            yield from self.conn.execute(query, execution_options=STREAM)
