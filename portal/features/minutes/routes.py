"""`/sessions/N/proces-verbal`: the signed minutes, beside the results."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.core.minutes import paper_of, parts
from portal.core.outcomes import Invalid, Saved, Stale, Unchanged
from portal.core.sheet import load
from portal.features.minutes import actions
from portal.features.minutes.forms import Depositing, Refusing
from portal.rules.minutes import KEPT
from portal.rules.rights import Refused
from portal.rules.security import Kind
from portal.web.forms import posted, version
from portal.web.noting import note
from portal.web.session_pages import found, verdicts
from portal.web.state import reading, work

blueprint = Blueprint("minutes", __name__)


@blueprint.route("/sessions/<number:number>/proces-verbal", methods=["GET", "POST"])
def show(number: int) -> ResponseReturnValue:
    form = Depositing()
    if not posted():
        return _page(number, form)
    if form.file.content is None:
        form.put({"file": "Choisissez le PDF du procès-verbal signé."})
        return _page(number, form, 422)
    return _answer(actions.deposit(work(), number, version(), form.file.content), number, form)


@blueprint.post("/sessions/<number:number>/proces-verbal/verification")
def verify(number: int) -> ResponseReturnValue:
    if not posted():
        return _page(number, Depositing())
    return _answer(actions.verify(work(), number, version()), number, Depositing())


@blueprint.post("/sessions/<number:number>/proces-verbal/refus")
def refuse(number: int) -> ResponseReturnValue:
    form = Refusing()
    if not posted():
        return _page(number, form)
    if not form.validate():
        return _page(number, form, 422)
    return _answer(actions.refuse(work(), number, version(), form.reason.text), number, form)


@blueprint.get("/sessions/<number:number>/proces-verbal.pdf")
def read(number: int) -> ResponseReturnValue:
    s = found(number)
    if s.minutes not in KEPT or s.facts.erased:
        abort(404)
    note(Kind.EXPORTED, request.path)
    headers = {"Content-Disposition": f"inline; filename=proces-verbal-{number}.pdf", "Cache-Control": "no-store"}
    return Response(b"".join(parts(reading(), number)), mimetype="application/pdf", headers=headers)


def _answer(outcome: actions.Done, number: int, form: Depositing | Refusing) -> ResponseReturnValue:
    if isinstance(outcome, Refused):
        return _page(number, form, 403, refused=outcome)
    if isinstance(outcome, Stale):
        return _page(number, form, 409, conflict=True)
    if isinstance(outcome, Invalid):
        form.put(outcome.errors)
        return _page(number, form, 422)
    assert isinstance(outcome, (Saved, Unchanged))
    flash(outcome.message)
    return redirect(url_for("minutes.show", number=number), 303)


def _page(
    number: int, form: Depositing | Refusing, status: int = 200, *, conflict: bool = False, refused: Refused | None = None
) -> ResponseReturnValue:
    s = found(number)
    deposits, refuses = isinstance(form, Depositing), isinstance(form, Refusing)
    page: dict[str, Any] = {
        "s": s,
        "form": form,
        "depositing": form if deposits else Depositing(),
        "refusing": form if refuses else Refusing(),
        "paper": paper_of(reading(), number),
        "sheet": load(reading(), s),
        "rights": verdicts(s),
        "conflict": conflict,
        "refused": refused,
    }
    return render_template("minutes/show.html", **page), status
