"""The dry run as a CSV: one line a session."""

from collections.abc import Iterator

from sqlalchemy import Connection

from portal.features.measures.plan import by_code, lines
from portal.rules.measures import Measure

COLUMNS = ("id", "case", "status_before", "status_after", "end_before", "end_after", "why")


def report(conn: Connection, measure: Measure) -> Iterator[tuple[object, ...]]:
    meanings = by_code(measure)
    for row in lines(conn, measure):
        meaning = meanings[row.code]
        yield row.id, meaning.name, row.status, row.status_after, row.ends_on, row.end_after, meaning.words
