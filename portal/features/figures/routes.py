"""`/chiffres`: charts made by the server, each over a table of the same figures; filters in the address; export."""

from typing import Any

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.features.figures.queries import figures, last_year
from portal.features.figures.sums import Asked
from portal.features.reference.queries import titles
from portal.files.cells import lines
from portal.rules.french import parse_day
from portal.store.france import DEPARTMENTS
from portal.store.text import one_line
from portal.web import query
from portal.web.state import actor, clock, reading

blueprint = Blueprint("figures", __name__)


def _asked() -> tuple[Asked, dict[str, str], dict[str, str]]:
    typed = {name: one_line(query.text(name), 60) for name in ("du", "au", "departement", "titre")}
    errors: dict[str, str] = {}
    days = {name: parse_day(typed[name]) if typed[name] else None for name in ("du", "au")}
    for name, found in days.items():
        if typed[name] and found is None:
            errors[name] = f"« {typed[name]} » n’est pas une date : écrivez-la jj/mm/aaaa."
    if typed["departement"] and typed["departement"] not in DEPARTMENTS:
        errors["departement"] = f"Le département « {typed['departement']} » n’existe pas."
    department = typed["departement"] if "departement" not in errors else ""
    if not query.everything():
        days["du"] = last_year(clock().today()).start
        typed["du"] = days["du"].isoformat() if days["du"] else ""
    return Asked(days["du"], days["au"], department, typed["titre"]), typed, errors


@blueprint.get("/chiffres")
def show() -> ResponseReturnValue:
    asked, typed, errors = _asked()
    kept: dict[str, Any] = {name: value for name, value in typed.items() if value}
    return (
        render_template(
            "figures/show.html",
            figures=figures(reading(), actor(), asked),
            typed=typed,
            errors=errors,
            asked=asked,
            titles=titles(reading()),
            departments={
                code: name for code, (name, region) in sorted(DEPARTMENTS.items()) if actor().region_code in (None, region)
            },
            export=url_for("figures.export", **kept),
        ),
        422 if errors else 200,
    )


@blueprint.get("/chiffres.csv")
def export() -> ResponseReturnValue:
    asked, _, _ = _asked()
    found = figures(reading(), actor(), asked)
    rows = [(f.title, line.label, line.value, "" if line.of is None else line.of) for f in found for line in f.lines]
    text = "\ufeff" + "".join(lines(("figure", "ligne", "nombre", "sur"), rows))
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": "attachment; filename=chiffres.csv"})
