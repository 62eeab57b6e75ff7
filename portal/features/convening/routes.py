"""« Jours d’examen »: HTTP and nothing else."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.features.convening.actions import set_exam_days
from portal.features.convening.forms import ExamDays
from portal.rules.lifecycle import Action, Status
from portal.web.doubts import confirmed
from portal.web.forms import posted, version
from portal.web.session_pages import answer, form_page, found
from portal.web.state import work

blueprint = Blueprint("convening", __name__)


@blueprint.route("/sessions/<number:number>/jours-examen", methods=["GET", "POST"])
def edit_days(number: int) -> ResponseReturnValue:
    s = found(number)
    form = ExamDays(exam_starts_on=s.exam_starts_on, exam_ends_on=s.exam_ends_on, hour=s.hour)
    form.hour.needed = s.status is Status.CONVOKED
    page = "convening/days.html"
    if not posted():
        return form_page(page, s, form, Action.SET_EXAM_DAYS)
    if not form.validate():
        return form_page(page, s, form, Action.SET_EXAM_DAYS, 422)
    outcome = set_exam_days(
        work(),
        number,
        version(),
        first=form.exam_starts_on.day,
        last=form.exam_ends_on.day,
        hour=form.hour.hour,
        confirmed=confirmed(),
    )
    return answer(outcome, page, number, form, Action.SET_EXAM_DAYS)
