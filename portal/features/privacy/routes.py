"""What is kept of people: for how long, and one's own as a file."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.core.outcomes import Stale
from portal.features.past.things import history
from portal.features.privacy.durations import set_durations, state_of
from portal.features.privacy.forms import Durations
from portal.features.privacy.of_candidate import give as give_data
from portal.features.privacy.own import of_account
from portal.rules.duties import Duty
from portal.rules.retention import TABLE
from portal.rules.security import Kind
from portal.store.limits import durations
from portal.web.conflicts import differing
from portal.web.forms import posted, version_if_any
from portal.web.noting import note
from portal.web.state import actor, clock, only, reading, work

blueprint = Blueprint("privacy", __name__)


@blueprint.route("/reglages/conservation", methods=["GET", "POST"])
def edit_durations() -> ResponseReturnValue:
    only(Duty.KEEP_DURATIONS)
    form = Durations(**_stored())
    if not posted():
        return _durations(form)
    if not form.validate():
        return _durations(form, 422)
    outcome = set_durations(work(), form.chosen, version_if_any())
    if isinstance(outcome, Stale):
        return _durations(form, 409, differing(form, _stored()))
    flash(outcome.message)
    return redirect(url_for("privacy.edit_durations"), 303)


def _stored() -> dict[str, int]:
    return {kind.value: number for kind, number in durations(reading()).items()}


def _durations(form: Durations, status: int = 200, conflict: Sequence[tuple[str, str, str]] | None = None) -> ResponseReturnValue:
    told = {"history": history(reading(), "retention"), "state": state_of(durations(reading())), "conflict": conflict}
    return render_template("privacy/durations.html", form=form, lines=TABLE, **told), status


@blueprint.get("/compte/donnees.json")
def own() -> ResponseReturnValue:
    told = of_account(reading(), actor(), clock().now())
    note(Kind.EXPORTED, "/compte/donnees.json")
    return _file(f"mes-donnees-{clock().today().isoformat()}", told)


@blueprint.post("/sessions/<number:number>/candidats/<number:candidate_id>/donnees")
def give(number: int, candidate_id: int) -> ResponseReturnValue:
    only(Duty.GIVE_DATA)
    if not posted():  # it comes back after a sign-in: the page asks again
        return redirect(url_for("candidates.show", number=number, candidate_id=candidate_id), 303)
    told = give_data(work(), number, candidate_id)
    note(Kind.EXPORTED, f"/sessions/{number}/candidats/{candidate_id}")
    return _file(f"donnees-candidat-{candidate_id}", told)


def _file(name: str, held: dict[str, Any]) -> Response:
    text = json.dumps(held, ensure_ascii=False, indent=1) + "\n"
    return Response(text, mimetype="application/json", headers={"Content-Disposition": f"attachment; filename={name}.json"})
