"""« Reporter la session »."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.features.postponements.actions import postpone
from portal.features.postponements.forms import Postponing
from portal.rules.lifecycle import Action
from portal.web.forms import posted, version
from portal.web.session_pages import answer, form_page, found
from portal.web.state import work

blueprint = Blueprint("postponements", __name__)


@blueprint.route("/sessions/<number:number>/report", methods=["GET", "POST"])
def edit(number: int) -> ResponseReturnValue:
    s = found(number)
    form = Postponing(starts_on=s.starts_on, ends_on=s.ends_on)
    page = "postponements/edit.html"
    if not posted():
        return form_page(page, s, form, Action.POSTPONE)
    if not form.validate():
        return form_page(page, s, form, Action.POSTPONE, 422)
    start, end = form.starts_on.day, form.ends_on.day
    outcome = postpone(work(), number, version(), starts_on=start, ends_on=end, reason=form.reason.text)
    return answer(outcome, page, number, form, Action.POSTPONE)
