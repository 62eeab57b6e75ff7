"""Results as a CSV: one line a result."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, select

from portal.store.candidates import candidate, result
from portal.store.database import STREAM
from portal.store.places import centre
from portal.store.sessions import exam_session
from portal.store.titles import certificate, title

COLUMNS = ("session", "last_name", "first_name", "certificate", "outcome", "definitive")


def rows(conn: Connection, where: ColumnElement[bool]) -> Iterator[tuple[object, ...]]:
    """`certificate` is empty for a titre's outcome; `definitive` is « oui », or « non » for a draft. Streams."""
    query = (
        select(
            result.c.session_id,
            candidate.c.last_name,
            candidate.c.first_name,
            certificate.c.label,
            result.c.outcome,
            result.c.definitive,
        )
        .join(candidate, candidate.c.id == result.c.candidate_id)
        .join(exam_session, exam_session.c.id == result.c.session_id)
        .join(centre, centre.c.id == exam_session.c.centre_id)
        .join(title, title.c.id == exam_session.c.title_id)
        .outerjoin(certificate, certificate.c.id == result.c.certificate_id)
        .where(where)
        .order_by(result.c.session_id, candidate.c.sort_key, candidate.c.id, certificate.c.position)
    )
    for row in conn.execute(query, execution_options=STREAM):
        yield (*row[:5], "oui" if row.definitive else "non")
