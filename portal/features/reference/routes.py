"""Reference data: the approvals, which everybody sees within its scope, and the settings of the national account."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.core.outcomes import Invalid
from portal.features.reference.approvals import NewApproval, add, approvals
from portal.features.reference.limits import set_limits
from portal.features.reference.queries import titles
from portal.files.errors import BadCell
from portal.files.parsers import siret_of
from portal.rules.duties import Duty
from portal.rules.limits import Limits
from portal.store.limits import limits
from portal.store.text import one_line
from portal.web.forms import Form, posted
from portal.web.state import actor, reading, work

blueprint = Blueprint("reference", __name__)


@blueprint.route("/agrements", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    if request.method == "POST" and not actor().may(Duty.KEEP_APPROVALS):
        abort(404)
    form = Form(number="", siret="", title="", valid_from="", valid_to="")
    if not posted():
        return _index(form)
    number, code = form.text("number", 30), form.text("title", 20)
    siret = ""
    try:
        siret = siret_of(form.text("siret", 20))
    except BadCell as error:
        form.errors["siret"] = f"{error}.".replace(" . ", ". ") if form.values["siret"] else "Indiquez le SIRET du centre."
    if not number:
        form.errors["number"] = "Indiquez le numéro de l’agrément."
    if not code:
        form.errors["title"] = "Choisissez un titre."
    start, end = form.day("valid_from", "Indiquez le début."), form.day("valid_to", "Indiquez la fin.")
    if form.errors or start is None or end is None:
        return _index(form, 422)
    outcome = add(work(), NewApproval(number, siret, code, start, end))
    if isinstance(outcome, Invalid):
        form.errors.update(outcome.errors)
        return _index(form, 422)
    flash(outcome.message)
    return redirect(url_for("reference.index"), 303)


def _index(form: Form, status: int = 200) -> ResponseReturnValue:
    search = one_line(request.args.get("q", ""), 100)
    page = {"rows": approvals(reading(), actor(), search), "search": search, "form": form}
    return render_template("reference/approvals.html", **page, titles=titles(reading())), status


@blueprint.route("/reglages", methods=["GET", "POST"])
def edit_limits() -> ResponseReturnValue:
    if not actor().may(Duty.KEEP_LIMITS):
        abort(404)
    now = limits(reading())
    form = Form(**{name: str(getattr(now, name)) for name in Limits.NUMBERS}, dte="automatique" if now.dte_automatic else "ud")
    if not posted():
        return _limits(form)
    numbers = {name: form.number(name, Limits.LONGEST) for name in Limits.NUMBERS}
    if form.values["dte"] not in DTE:
        form.errors["dte"] = "Choisissez qui envoie le DTE."
    if form.errors:
        return _limits(form, 422)
    outcome = set_limits(work(), Limits(**numbers, dte_automatic=form.values["dte"] == "automatique"))
    flash(outcome.message)
    return redirect(url_for("reference.edit_limits"), 303)


DTE = {"ud": "L’UD l’envoie", "automatique": "Il part dès la demande"}


def _limits(form: Form, status: int = 200) -> ResponseReturnValue:
    return render_template("reference/limits.html", form=form, dte=DTE), status
