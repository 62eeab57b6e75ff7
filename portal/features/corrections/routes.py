"""« Demander une correction »: HTTP and nothing else."""

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.core.sheet import load
from portal.features.corrections.actions import ask_correction, wrong_outcome
from portal.features.corrections.forms import AskingCorrection
from portal.features.requests.asking import Made
from portal.rules.lifecycle import Action
from portal.web import query
from portal.web.forms import posted, version
from portal.web.session_pages import answer, form_page, found
from portal.web.state import reading, work

blueprint = Blueprint("corrections", __name__)


@blueprint.route("/sessions/<number:number>/demande-correction", methods=["GET", "POST"])
def ask(number: int) -> ResponseReturnValue:
    s = found(number)
    sheet = load(reading(), s)
    form = AskingCorrection(key=secrets.token_hex(16), candidate=query.text("candidat"))
    entry = form.entry(sheet)
    page, action = "corrections/ask.html", Action.ASK_CORRECTION
    more: dict[str, Any] = {"sheet": sheet, "entry": entry, "before": s.open_request}
    if not posted():
        return form_page(page, s, form, action, **more)
    if not form.validate():
        form.put(wrong_outcome(sheet, entry))
        return form_page(page, s, form, action, 422, **more)
    outcome = ask_correction(
        work(),
        number,
        version(),
        candidate_id=form.candidate.picked,
        entry=entry,
        reason=form.reason.text,
        key=form.key.key,
    )
    if isinstance(outcome, Made):
        flash("Cette demande est déjà envoyée." if outcome.again else f"Demande envoyée. L’{s.unit} vous répond ici.")
        return redirect(url_for("requests.show", request_id=outcome.request_id), 303)
    return answer(outcome, page, number, form, action, **more)
