"""What may be exported of the sessions that a list shows: each a header and rows that stream."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from portal.features.results import exporting as results
from portal.features.sessions import exporting as sessions
from portal.features.sessions.importing import COLUMNS as SESSION_COLUMNS
from portal.store.candidates import candidate
from portal.store.database import STREAM
from portal.store.places import centre
from portal.store.sessions import exam_session
from portal.store.titles import title

Rows = Callable[[Connection, ColumnElement[bool]], Iterator[Sequence[object]]]


@dataclass(frozen=True)
class Table:
    label: str
    columns: Sequence[str]
    rows: Rows


def candidates(conn: Connection, where: ColumnElement[bool]) -> Iterator[Sequence[object]]:
    """One row a candidate, in the columns of the import."""
    query = (
        select(candidate.c.session_id, candidate.c.last_name, candidate.c.first_name, candidate.c.born_on, candidate.c.email)
        .join(exam_session, exam_session.c.id == candidate.c.session_id)
        .join(centre, centre.c.id == exam_session.c.centre_id)
        .join(title, title.c.id == exam_session.c.title_id)
        .where(where)
        .order_by(candidate.c.session_id, candidate.c.sort_key, candidate.c.id)
    )
    for row in conn.execute(query, execution_options=STREAM):
        yield tuple(row)


TABLES = {
    "sessions": Table("Sessions", SESSION_COLUMNS, sessions.rows),
    "candidats": Table("Candidats", ("session", "last_name", "first_name", "born_on", "email"), candidates),
    "resultats": Table("Résultats", results.COLUMNS, results.rows),
}
