"""Exports: exactly what the filters of the list show and the person may see, as CSV or XLSX, streamed."""

from collections.abc import Iterator

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from portal.features.exports.reading import READING
from portal.features.exports.sheets import xlsx
from portal.features.exports.tables import TABLES
from portal.features.sessions import listing, views
from portal.features.sessions.filters import read_filters
from portal.files.cells import lines
from portal.files.models import TYPES
from portal.rules.security import Kind
from portal.store.limits import limits
from portal.web import query
from portal.web.noting import note
from portal.web.state import actor, clock, db, reading

blueprint = Blueprint("exports", __name__)
TAKE_OVER = "reprise"
PEOPLE = ("candidats", "resultats")
WHAT_FOR = {TAKE_OVER: TABLES, "lecture": READING}


@blueprint.get("/sessions/export")
def export() -> ResponseReturnValue:
    what, kind = query.text("quoi", "sessions"), query.text("format", "csv")
    tables = WHAT_FOR.get(query.text("pour", TAKE_OVER))
    if tables is None or what not in tables or kind not in ("csv", "xlsx"):
        abort(404)
    table, database = tables[what], db()
    if what in PEOPLE:
        note(Kind.EXPORTED, f"{what}, {kind}")
    filters, _, _ = read_filters(query.everything(), actor().role)
    who, today = actor(), clock().today()
    where = listing.chosen(reading(), who, filters).condition & views.view_condition(
        filters.view, who.role, today, limits(reading())
    )

    def stream() -> Iterator[bytes]:
        with database.snapshot() as conn:
            rows = table.rows(conn, where)
            if kind == "xlsx":
                yield from xlsx(table.label, table.columns, rows)
                return
            yield "\ufeff".encode()
            yield from (line.encode() for line in lines(table.columns, rows))

    name = what if tables is TABLES else f"{what}-{today.isoformat()}"
    headers = {"Content-Disposition": f"attachment; filename={name}.{kind}"}
    return Response(stream(), mimetype=TYPES[kind], headers=headers)
