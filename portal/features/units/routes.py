"""`/unites`: how units and regions are reached, which every refusal says."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal.core.keeping import about
from portal.core.outcomes import Stale
from portal.features.past.things import history
from portal.features.units import actions, queries
from portal.features.units.forms import RegionForm, UnitForm
from portal.rules.duties import Duty
from portal.store.work import Work
from portal.web import query
from portal.web.conflicts import differing
from portal.web.fields import TypedField
from portal.web.forms import Form, posted, version
from portal.web.state import actor, labels, only, reading, work

blueprint = Blueprint("units", __name__)
Change = Callable[[Work, str, int, Mapping[str, str]], actions.Outcome]


@blueprint.get("/unites")
def index() -> ResponseReturnValue:
    only(Duty.COMPARE_CENTRES)
    conn, who, unreached = reading(), actor(), query.text("contact") == "sans"
    told: dict[str, Any] = {
        "units": queries.units(conn, who, unreached=unreached),
        "unreached": unreached,
        "without": queries.without_contact(conn, who),
        "regions": queries.regions(conn, who),
        "region_label": labels()[1],
    }
    return render_template("units/index.html", **told)


@blueprint.route("/unites/<code>", methods=["GET", "POST"])
def show(code: str) -> ResponseReturnValue:
    only(Duty.COMPARE_CENTRES)
    row = queries.unit(reading(), actor(), code)
    if request.method == "POST":
        only(Duty.KEEP_UNITS)
    stored = {name: getattr(row, name) or "" for name in queries.UNIT}
    told = {
        "name": f"{labels()[0]} {row.code}, {row.name}",
        "subject": about("unit", code),
        "stored": stored,
        "keeps": Duty.KEEP_UNITS,
    }
    return _card(UnitForm(**stored), code, row.version, actions.set_unit, told)


@blueprint.route("/regions/<code>", methods=["GET", "POST"])
def show_region(code: str) -> ResponseReturnValue:
    row = queries.one_region(reading(), actor(), code)
    stored = {name: getattr(row, name) for name in queries.REGION}
    told = {
        "name": f"{labels()[1]} {row.name}",
        "subject": about("region", code),
        "stored": stored,
        "keeps": Duty.KEEP_REGIONS,
    }
    return _card(RegionForm(**stored), code, row.version, actions.set_region, told)


def _card(form: Form, code: str, now: int, change: Change, told: dict[str, Any]) -> ResponseReturnValue:
    """The page of a unit or a region, and what was typed there."""
    if not posted():
        return _show(form, now, told)
    if not form.validate():
        return _show(form, now, told, 422)
    outcome = change(work(), code, version(), {field.name: field.plain() for field in form if isinstance(field, TypedField)})
    if isinstance(outcome, Stale):
        return _show(form, now, told, 409, differing(form, told["stored"]))
    flash(outcome.message)
    return redirect(request.path, 303)


def _show(
    form: Form, now: int, told: dict[str, Any], status: int = 200, conflict: list[tuple[str, str, str]] | None = None
) -> ResponseReturnValue:
    past = history(reading(), told["subject"])
    return render_template("units/show.html", form=form, version=now, conflict=conflict, history=past, **told), status
