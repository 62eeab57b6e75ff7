"""`/centres`: each sees the centres of its scope; the national account opens, changes, closes and reopens them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.core.approvals import of_centre
from portal.core.keeping import about
from portal.core.outcomes import Invalid, Stale
from portal.features.centres import actions, queries
from portal.features.centres.forms import NAMES, STATES, CardForm, Closing, NewCentre
from portal.features.past.things import history
from portal.rules.duties import Duty
from portal.web import query
from portal.web.conflicts import differing
from portal.web.forms import posted, version
from portal.web.state import actor, only, reading, work

blueprint = Blueprint("centres", __name__)


@blueprint.get("/centres")
def index() -> ResponseReturnValue:
    department, state = query.text("departement"), query.text("etat")
    wanted = queries.Wanted(query.search(), department if department in NAMES else "", state if state in STATES else "")
    rows, after = queries.page(reading(), actor(), wanted, query.number("suite") or 0)
    told: dict[str, Any] = {"rows": rows, "after": after, "wanted": wanted, "states": STATES}
    return render_template("centres/index.html", **told, departments=queries.departments(reading(), actor()))


@blueprint.route("/centres/nouveau", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    only(Duty.KEEP_CENTRES)
    form = NewCentre()
    if not posted():
        return render_template("centres/new.html", form=form)
    if not form.validate():
        return render_template("centres/new.html", form=form), 422
    outcome = actions.open_centre(work(), form.siret.siret, form.department.chosen, form.card)
    if isinstance(outcome, Invalid):
        form.put(outcome.errors)
        return render_template("centres/new.html", form=form), 422
    flash(outcome.message)
    return redirect(url_for("centres.show", centre_id=outcome.centre_id), 303)


@blueprint.route("/centres/<number:centre_id>", methods=["GET", "POST"])
def show(centre_id: int) -> ResponseReturnValue:
    c = queries.found(reading(), actor(), centre_id)
    if request.method == "POST":
        only(Duty.KEEP_CENTRES)
    form = CardForm(**queries.card(c))
    if not posted():
        return _show(centre_id, form)
    if not form.validate():
        return _show(centre_id, form, 422)
    return _answer(actions.change(work(), centre_id, version(), form.card), centre_id, form)


def _answer(outcome: actions.Outcome, centre_id: int, form: CardForm) -> ResponseReturnValue:
    if isinstance(outcome, Stale):
        return _show(centre_id, form, 409, conflict=True)
    flash(outcome.message)
    return redirect(url_for("centres.show", centre_id=centre_id), 303)


def _show(centre_id: int, form: CardForm, status: int = 200, conflict: bool = False) -> ResponseReturnValue:
    conn = reading()
    c = queries.found(conn, actor(), centre_id)
    told: dict[str, Any] = {
        "c": c,
        "form": form,
        "conflict": differing(form, queries.card(c)) if conflict else None,
        "approved": of_centre(conn, centre_id).values(),
        "history": history(conn, about("centre", centre_id)),
    }
    return render_template("centres/show.html", **told), status


@blueprint.route("/centres/<number:centre_id>/fermeture", methods=["GET", "POST"])
def close(centre_id: int) -> ResponseReturnValue:
    only(Duty.KEEP_CENTRES)
    form = Closing()
    if not posted():
        return _closing(centre_id, form)
    if not form.validate():
        return _closing(centre_id, form, 422)
    outcome = actions.close(work(), centre_id, version(), form.reason.text)
    if isinstance(outcome, Stale):
        return _closing(centre_id, form, 409, conflict=True)
    flash(outcome.message)
    return redirect(url_for("centres.show", centre_id=centre_id), 303)


def _closing(centre_id: int, form: Closing, status: int = 200, conflict: bool = False) -> ResponseReturnValue:
    c = queries.found(reading(), actor(), centre_id)
    told: dict[str, Any] = {"c": c, "form": form, "conflict": conflict, "touched": queries.touched(reading(), centre_id)}
    return render_template("centres/close.html", **told), status


@blueprint.post("/centres/<number:centre_id>/reouverture")
def reopen(centre_id: int) -> ResponseReturnValue:
    only(Duty.KEEP_CENTRES)
    if not posted():
        return redirect(url_for("centres.show", centre_id=centre_id), 303)
    outcome = actions.reopen(work(), centre_id, version())
    return _answer(outcome, centre_id, CardForm(**queries.card(queries.found(reading(), actor(), centre_id))))
