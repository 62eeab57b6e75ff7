"""« Reporter la session »."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.features.postponements.actions import postpone
from portal.rules.lifecycle import Action
from portal.web.forms import Form, posted, version
from portal.web.session_pages import answer, form_page, found
from portal.web.state import work

blueprint = Blueprint("postponements", __name__)


@blueprint.route("/sessions/<number:number>/report", methods=["GET", "POST"])
def edit(number: int) -> ResponseReturnValue:
    s = found(number)
    form = Form(starts_on=s.starts_on.isoformat(), ends_on=s.ends_on.isoformat(), reason="")
    page = "postponements/edit.html"
    if not posted():
        return form_page(page, s, form, Action.POSTPONE)
    start = form.day("starts_on", "Indiquez la nouvelle date de début.")
    end = form.day("ends_on", "Indiquez la nouvelle date de fin.")
    reason = form.text("reason")
    if not reason:
        form.errors["reason"] = "Indiquez le motif du report."
    if form.errors or start is None or end is None:
        return form_page(page, s, form, Action.POSTPONE, 422)
    return answer(
        postpone(work(), number, version(), starts_on=start, ends_on=end, reason=reason), page, number, form, Action.POSTPONE
    )
