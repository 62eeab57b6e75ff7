"""Sessions as a CSV that comes back identical."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from portal.store.database import STREAM
from portal.store.measures import measure_run
from portal.store.places import centre
from portal.store.sessions import exam_session as s
from portal.store.titles import title


def rows(conn: Connection, where: ColumnElement[bool]) -> Iterator[tuple[Any, ...]]:
    """One row a session, by number, in the columns of the import. Streams."""
    columns = (s.c.id, centre.c.siret, title.c.code, s.c.kind, s.c.starts_on, s.c.ends_on, s.c.status, s.c.actual_end_on)
    query = (
        select(*columns, s.c.planned_end_on, measure_run.c.measure_key)
        .join(centre, centre.c.id == s.c.centre_id)
        .join(title, title.c.id == s.c.title_id)
        .outerjoin(measure_run, measure_run.c.id == s.c.postponed_run_id)
        .where(where)
        .order_by(s.c.id)
    )
    yield from conn.execute(query, execution_options=STREAM)
