"""`/mesures`: the national administration lists, plans, applies and takes back."""

from collections.abc import Iterator

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.files.cells import lines
from portal.measures import actions, catalogue, plan, queries
from portal.measures.report import COLUMNS, report
from portal.rules.french import plural
from portal.rules.lifecycle import Role
from portal.rules.measures import Measure
from portal.web.forms import Form
from portal.web.state import actor, clock, close_reading, db, reading, work

blueprint = Blueprint("measures", __name__)


@blueprint.before_request
def national_only() -> None:
    """For anybody else these pages do not exist."""
    if actor().role is not Role.NATIONAL:
        abort(404)


@blueprint.get("/mesures")
def index() -> ResponseReturnValue:
    measures = [measure for measure, _ in catalogue.built_in().values()]
    return render_template("measures/index.html", measures=measures, runs=queries.runs(reading()))


def _measure(key: str) -> tuple[Measure, str]:
    known = catalogue.built_in()
    if key not in known:
        abort(404)
    return known[key]


@blueprint.route("/mesures/<key>", methods=["GET", "POST"])
def show(key: str) -> ResponseReturnValue:
    measure, text = _measure(key)
    form = Form(number="")
    if request.method == "POST" and not form.resumed:
        digits = "".join(form.values["number"].split()).replace("\u202f", "")
        if not (digits.isascii() and digits.isdecimal() and len(digits) < 10):
            form.errors["number"] = "Tapez le nombre de sessions que l’essai à blanc annonce, en chiffres."
            return _dry_run(measure, form, 422)
        close_reading()
        done = actions.apply(work(), measure, text, int(digits))
        if isinstance(done, actions.Applied):
            flash(f"Mesure appliquée : {plural(done.plan.touched, 'session modifiée', 'sessions modifiées')}.")
            return redirect(url_for("measures.show_run", run_id=done.run_id), 303)
        form.errors["number"] = (
            f"{done.expected} n’est pas le nombre de sessions concernées ({done.plan.touched}). Rien n’a été modifié : relisez l’essai à blanc."
        )
        return _dry_run(measure, form, 409)
    return _dry_run(measure, form)


def _dry_run(measure: Measure, form: Form, status: int = 200) -> ResponseReturnValue:
    found = plan.plan(reading(), measure, clock().today())
    samples = plan.samples(reading(), measure)
    return render_template(
        "measures/show.html", plan=found, samples=samples, measure=measure, form=form, now=clock().now()
    ), status


@blueprint.get("/mesures/<key>.csv")
def export(key: str) -> ResponseReturnValue:
    measure, _ = _measure(key)
    database = db()

    def stream() -> Iterator[str]:
        with database.snapshot() as conn:
            yield "\ufeff"
            yield from lines(COLUMNS, report(conn, measure))

    return Response(stream(), mimetype="text/csv", headers={"Content-Disposition": f"attachment; filename={key}.csv"})


@blueprint.get("/mesures/passages/<number:run_id>")
def show_run(run_id: int) -> ResponseReturnValue:
    run = queries.find_run(reading(), run_id)
    if run is None:
        abort(404)
    counts = queries.counts_by_case(reading(), run_id)
    return render_template("measures/run.html", run=run, counts=counts, left=queries.not_restored(reading(), run), form=Form())


@blueprint.post("/mesures/passages/<number:run_id>/reprise")
def revert(run_id: int) -> ResponseReturnValue:
    if queries.find_run(reading(), run_id) is None:
        abort(404)
    close_reading()
    done = actions.revert(work(), run_id)
    if isinstance(done, actions.CannotRevert):
        flash(done.reason, "refused")
        return redirect(url_for("measures.show_run", run_id=run_id), 303)
    flash(
        f"Passage repris : {plural(done.restored, 'session rétablie', 'sessions rétablies')}, {len(done.left_alone)} laissées telles quelles."
    )
    return redirect(url_for("measures.show_run", run_id=done.run_id), 303)
