"""« Reporter la session »."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.core.session import SessionRow
from portal.features.postponements.actions import postpone
from portal.features.postponements.forms import Postponing
from portal.features.postponements.weighing import Move, Weighed, weigh
from portal.rules.french import parse_day
from portal.rules.lifecycle import Action
from portal.web import query
from portal.web.doubts import confirmed
from portal.web.forms import posted, version
from portal.web.session_pages import answer, form_page, found
from portal.web.state import actor, clock, reading, work

blueprint = Blueprint("postponements", __name__)


@blueprint.route("/sessions/<number:number>/report", methods=["GET", "POST"])
def edit(number: int) -> ResponseReturnValue:
    """`starts_on` and `ends_on` in the address: the page for these dates, of which what they would change is shown in place."""
    s = found(number)
    form = Postponing(**{"starts_on": s.starts_on, "ends_on": s.ends_on, **query.given("starts_on", "ends_on")})
    page = "postponements/edit.html"

    def weighed(s: SessionRow) -> Weighed | None:
        return _weighed(s, form)

    if not posted() or form.calculer.sent:
        return form_page(page, s, form, Action.POSTPONE, inner="suites", weighed=weighed)
    if not form.validate():
        return form_page(page, s, form, Action.POSTPONE, 422, weighed=weighed)
    start, end = form.starts_on.day, form.ends_on.day
    outcome = postpone(work(), number, version(), starts_on=start, ends_on=end, reason=form.reason.text, confirmed=confirmed())
    return answer(outcome, page, number, form, Action.POSTPONE, weighed=weighed)


def _weighed(s: SessionRow, form: Postponing) -> Weighed | None:
    """What the rule says of the dates that stand in the form; None while they are no dates, or those of the session."""
    start, end = parse_day(form.starts_on.typed), parse_day(form.ends_on.typed)
    if start is None or end is None or (start, end) == (s.starts_on, s.ends_on):
        return None
    return weigh(reading(), actor(), [Move(s, start, end)], clock().today())[0]
