"""Reference data: the approvals, which everybody sees within its scope, and the settings of the national account."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.core.outcomes import Invalid, Stale
from portal.features.reference.approvals import NewApproval, add, approvals
from portal.features.reference.forms import DTE, Approval, LimitsForm
from portal.features.reference.limits import set_limits, state_of
from portal.features.reference.queries import titles
from portal.rules.duties import Duty
from portal.rules.limits import Limits
from portal.store.limits import limits
from portal.store.text import digits_in
from portal.web import query
from portal.web.conflicts import differing
from portal.web.forms import posted, version_if_any
from portal.web.state import actor, only, reading, work

blueprint = Blueprint("reference", __name__)


@blueprint.route("/agrements", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    if request.method == "POST":
        only(Duty.KEEP_APPROVALS)
    form = Approval(siret=digits_in(query.search()))
    if not posted():
        return _index(form)
    if not form.validate():
        return _index(form, 422)
    start, end = form.valid_from.day, form.valid_to.day
    outcome = add(work(), NewApproval(form.number.text, form.siret.siret, form.title.text, start, end))
    if isinstance(outcome, Invalid):
        form.put(outcome.errors)
        return _index(form, 422)
    flash(outcome.message)
    return redirect(url_for("reference.index"), 303)


def _index(form: Approval, status: int = 200) -> ResponseReturnValue:
    search = query.search()
    page = {"rows": approvals(reading(), actor(), search), "search": search, "form": form}
    return render_template("reference/approvals.html", **page, titles=titles(reading())), status


@blueprint.route("/reglages", methods=["GET", "POST"])
def edit_limits() -> ResponseReturnValue:
    only(Duty.KEEP_LIMITS)
    form = LimitsForm(**_stored())
    if not posted():
        return _limits(form)
    if not form.validate():
        return _limits(form, 422)
    outcome = set_limits(work(), form.limits, version_if_any())
    if isinstance(outcome, Stale):
        pairs = differing(form, _stored())
        return _limits(form, 409, [(label, DTE.get(stands, stands), DTE.get(typed, typed)) for label, stands, typed in pairs])
    flash(outcome.message)
    return redirect(url_for("reference.edit_limits"), 303)


def _stored() -> dict[str, object]:
    now = limits(reading())
    return {name: getattr(now, name) for name in Limits.NUMBERS} | {"dte": "automatique" if now.dte_automatic else "ud"}


def _limits(form: LimitsForm, status: int = 200, conflict: Sequence[tuple[str, str, str]] | None = None) -> ResponseReturnValue:
    state = state_of(limits(reading()))
    return render_template("reference/limits.html", form=form, state=state, conflict=conflict), status
