"""Exports: exactly what the filters of the list show and the person may see, as CSV or XLSX, streamed."""

from collections.abc import Iterator

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from portal.features.exports.sheets import xlsx
from portal.features.exports.tables import TABLES
from portal.features.sessions import listing
from portal.features.sessions.filters import read_filters
from portal.files.cells import lines
from portal.files.models import TYPES
from portal.store.limits import limits
from portal.web.state import actor, clock, db, reading

blueprint = Blueprint("exports", __name__)


@blueprint.get("/sessions/export")
def export() -> ResponseReturnValue:
    what, kind = request.args.get("quoi", "sessions"), request.args.get("format", "csv")
    if what not in TABLES or kind not in ("csv", "xlsx"):
        abort(404)
    table, database = TABLES[what], db()
    filters, _, _ = read_filters(request.args, actor().role)
    who, today = actor(), clock().today()
    where = listing.chosen(reading(), who, filters).condition & listing.view_condition(
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

    headers = {"Content-Disposition": f"attachment; filename={what}.{kind}"}
    return Response(stream(), mimetype=TYPES[kind], headers=headers)
