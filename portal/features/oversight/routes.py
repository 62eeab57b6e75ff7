"""`/supervision`: signals, which ask and do not accuse, and draws for visits."""

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.core.finding import find_several
from portal.core.outcomes import Invalid
from portal.features.oversight import actions, queries
from portal.features.oversight.forms import ClosingSignal, Drawing
from portal.features.oversight.signals import notes, sees, signals, still_open
from portal.rules.duties import Duty
from portal.rules.signals import LABELS, QUESTIONS, Signal
from portal.store.scope import departments_of, departments_seen
from portal.web import query
from portal.web.forms import posted
from portal.web.state import actor, clock, only, reading, settings, work

blueprint = Blueprint("oversight", __name__)
MOST_SHOWN = 100


def _supervisor() -> None:
    if not sees(actor()):
        abort(404)


@blueprint.route("/supervision", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    _supervisor()
    form = ClosingSignal()
    if not posted():
        return _index(form)
    only(Duty.CLOSE_SIGNALS)
    kind = next((k for k in Signal if k == form.kind.typed), None)
    if kind is None:
        abort(404)
    if not form.validate():
        return _index(form, 422)
    outcome = actions.close(work(), kind, form.about.typed, form.figures.typed, form.note.text)
    if isinstance(outcome, Invalid):
        form.put(outcome.errors)
        return _index(form, 422)
    flash(outcome.message)
    return redirect(
        url_for("oversight.index", signal=query.text("signal") or None, departement=query.text("departement") or None), 303
    )


def _index(form: ClosingSignal, status: int = 200) -> ResponseReturnValue:
    wanted = next((k for k in Signal if k == query.text("signal")), None)
    departments = departments_seen(actor())
    asked = query.text("departement")
    department = asked if asked in departments else next(iter(departments))
    open_ones = list(still_open(reading(), actor(), signals(reading(), actor(), clock().today(), department=department)))
    counts = {kind: sum(1 for one in open_ones if one.kind is kind) for kind in Signal}
    shown = [one for one in open_ones if wanted in (None, one.kind)]
    return (
        render_template(
            "oversight/index.html",
            form=form,
            shown=shown[:MOST_SHOWN],
            total=len(shown),
            all=len(open_ones),
            counts=counts,
            wanted=wanted,
            labels=LABELS,
            questions=QUESTIONS,
            notes=notes(reading(), actor(), department),
            departments=departments,
            department=department,
            closes=actor().may(Duty.CLOSE_SIGNALS),
        ),
        status,
    )


@blueprint.route("/supervision/tirages", methods=["GET", "POST"])
def draws() -> ResponseReturnValue:
    _supervisor()
    today, own = clock().today(), departments_of(actor())
    start, end = (today + timedelta(days=n) for n in (-30, 30))
    form = Drawing(department=own[0] if own else "", start=start, end=end, size=5)
    if not posted():
        return _draws(form, own)
    if not form.validate():
        return _draws(form, own, 422)
    first, last = form.start.day, form.end.day
    outcome = actions.draw_sessions(work(), form.department.typed, first, last, form.size.number)
    if isinstance(outcome, Invalid):
        form.put(outcome.errors)
        return _draws(form, own, 422)
    return redirect(url_for("oversight.show_draw", draw_id=outcome), 303)


def _draws(form: Drawing, own: list[str], status: int = 200) -> ResponseReturnValue:
    return render_template("oversight/draws.html", form=form, rows=queries.draws(reading(), actor()), own=own), status


@blueprint.get("/supervision/tirages/<number:draw_id>")
def show_draw(draw_id: int) -> ResponseReturnValue:
    _supervisor()
    found = queries.draw_of(reading(), actor(), draw_id)
    if found is None:
        abort(404)
    sessions = find_several(reading(), actor(), found.drawn, settings().unit_label)
    return render_template("oversight/draw.html", draw=found, d=found.row, sessions=sessions)
