"""The security journal: read by the national administration, and by each person in what concerns it."""

from collections.abc import Iterator

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from portal.features.security import queries, table
from portal.features.security.queries import Wanted
from portal.files.cells import lines
from portal.rules import retention
from portal.rules.duties import Duty
from portal.rules.french import parse_day
from portal.rules.security import LINE, Kind
from portal.store.limits import durations
from portal.store.text import one_line
from portal.web import query
from portal.web.noting import note
from portal.web.state import actor, clock, db, only, reading

blueprint = Blueprint("security", __name__)


def _during() -> str:
    """For how long the journal is kept: « 12 mois »."""
    return retention.LINE[retention.Kind.JOURNAL].in_words(durations(reading())[retention.Kind.JOURNAL])


def _wanted() -> tuple[Wanted, dict[str, str], list[str]]:
    """What is asked for, as typed, and which days are none."""
    typed = {name: one_line(query.text(name), 100) for name in ("q", "nature", "du", "au")}
    days = {name: parse_day(typed[name]) for name in ("du", "au")}
    errors = [name for name, day in days.items() if typed[name] and day is None]
    kind = next((k for k in Kind if k == typed["nature"]), None)
    return Wanted(typed["q"], kind, days["du"], days["au"]), typed, errors


@blueprint.get("/securite/journal")
def journal() -> ResponseReturnValue:
    only(Duty.READ_JOURNAL)
    wanted, typed, errors = _wanted()
    rows, after = queries.page(reading(), wanted.where(), query.number("suite") or 0)
    kept = {name: value for name, value in typed.items() if value}
    shown = {"rows": rows, "after": after, "typed": typed, "errors": errors, "wanted": wanted, "kept": kept}
    status = 422 if errors else 200
    return render_template("security/journal.html", **shown, kinds=LINE, during=_during()), status


@blueprint.get("/securite/journal.csv")
def export() -> ResponseReturnValue:
    only(Duty.READ_JOURNAL)
    wanted, _, _ = _wanted()
    note(Kind.EXPORTED, "journal, csv")
    database, where = db(), wanted.where()

    def stream() -> Iterator[bytes]:
        with database.snapshot() as conn:
            yield "\ufeff".encode()
            yield from (line.encode() for line in lines(table.COLUMNS, table.rows(queries.every(conn, where))))

    name = f"journal-securite-{clock().today().isoformat()}.csv"
    return Response(stream(), mimetype="text/csv", headers={"Content-Disposition": f"attachment; filename={name}"})


@blueprint.get("/compte/activite")
def activity() -> ResponseReturnValue:
    rows, after = queries.page(reading(), queries.of(actor()), query.number("suite") or 0)
    return render_template("security/activity.html", rows=rows, after=after, me=actor().id, during=_during())
