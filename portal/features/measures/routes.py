"""`/mesures`: the national administration writes, plans, applies and takes back."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, TypeVar

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    get_template_attribute,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from portal.features.measures import actions, catalogue, forms, plan, queries, writing
from portal.features.measures.progress import PATIENCE, Task
from portal.features.measures.report import COLUMNS, report
from portal.features.measures.told import counted_back
from portal.files.cells import lines
from portal.rules.duties import Duty
from portal.rules.french import plural
from portal.rules.lifecycle import ACTIVE
from portal.rules.measure_files import MeasureError, parse, problems_of
from portal.store.personal import Shown
from portal.web.forms import number_in, posted
from portal.web.state import clock, db, only, reading, work

blueprint = Blueprint("measures", __name__)
Done = TypeVar("Done")


@blueprint.before_request
def national_only() -> None:
    """For anybody else these pages do not exist."""
    only(Duty.RUN_MEASURES)


@blueprint.get("/mesures")
def index() -> ResponseReturnValue:
    measures = catalogue.known(reading()).values()
    return render_template("measures/index.html", measures=measures, runs=queries.runs(reading()))


def _known(key: str) -> catalogue.Known:
    found = catalogue.known(reading()).get(key)
    if found is None:
        abort(404)
    return found


# ---- writing one


@blueprint.route("/mesures/nouvelle", methods=["GET", "POST"])
def write() -> ResponseReturnValue:
    return _form(forms.blank())


@blueprint.route("/mesures/<key>/modifier", methods=["GET", "POST"])
def change(key: str) -> ResponseReturnValue:
    found = _own(key)
    typed = forms.of(found.measure)
    if typed and found.why_not:
        forms.note(typed, problems_of(found.text))
    return _form(typed, found)


def _own(key: str) -> catalogue.Known:
    """A measure that was written in the portal."""
    found = _known(key)
    if found.built_in:
        abort(404)
    return found


def _form(shown: forms.Typed | None, changed: catalogue.Known | None = None) -> ResponseReturnValue:
    if request.method != "POST":
        return _write(shown, changed)
    typed, asked = forms.read(), forms.Writing().action.typed
    if not posted():
        return _write(typed, changed)
    if asked == "ajouter":
        forms.add_case(typed)
        return _write(typed, changed)
    if asked.startswith("retirer-"):
        forms.remove_case(typed, number_in(asked.removeprefix("retirer-")) or 0)
        return _write(typed, changed)
    key = changed.measure.key if changed else forms.replaced(typed, asked)
    text, there = forms.toml(typed, key), ""
    try:
        if typed.errors:
            writing.check(work(), text, key or None)
        else:
            return _kept(text, key or None)
    except MeasureError as error:
        forms.note(typed, error.problems)
        there = error.key if isinstance(error, writing.AlreadyThere) else ""
    return _write(typed, changed, 422, there=there)


def _write(typed: forms.Typed | None, changed: catalogue.Known | None, status: int = 200, **more: Any) -> ResponseReturnValue:
    page = {"typed": typed, "changed": changed, "form": forms.Sending(), "ACTIVE": ACTIVE, "there": "", **more}
    return render_template("measures/write.html", **page), status


@blueprint.post("/mesures/fichier")
def upload() -> ResponseReturnValue:
    form = forms.Sending()
    data, key = form.file.content, form.remplace.typed
    changed = _own(key) if key else None
    shown = forms.of(changed.measure) if changed else forms.blank()
    if not posted():
        return _write(shown, changed)
    try:
        if not data:
            raise MeasureError("Choisissez un fichier .toml.")
        return _kept(data.decode("utf-8-sig"), key or None)
    except UnicodeDecodeError:
        form.put({"file": "Le fichier n’est pas en UTF-8 : enregistrez-le dans ce codage."})
    except MeasureError as error:
        form.put({"file": str(error)})
    return _write(shown, changed, 422, form=form)


def _kept(text: str, replacing: str | None) -> ResponseReturnValue:
    kept = writing.keep(work(), text, replacing)
    flash(kept.message)
    return redirect(url_for("measures.show", key=kept.measure.key), 303)


@blueprint.route("/mesures/<key>/suppression", methods=["GET", "POST"])
def remove(key: str) -> ResponseReturnValue:
    found = _own(key)
    if not posted():
        return render_template("measures/remove.html", known=found)
    writing.remove(work(), key)
    flash(f"Mesure « {found.measure.label} » supprimée.")
    return redirect(url_for("measures.index"), 303)


@blueprint.get("/mesures/<key>.toml")
def definition(key: str) -> ResponseReturnValue:
    text = _known(key).text
    headers = {"Content-Disposition": f"attachment; filename={key}.toml"}
    return Response(text, mimetype="application/toml", headers=headers)


# ---- the dry run, and applying


@blueprint.route("/mesures/<key>", methods=["GET", "POST"])
def show(key: str) -> ResponseReturnValue:
    found = _known(key)
    if found.why_not:
        return render_template("measures/invalid.html", known=found), 422 if posted() else 200
    measure, text = found.measure, found.text
    form = forms.Applying()
    if not posted():
        return _dry_run(found, form)
    if not form.validate():
        return _dry_run(found, form, 422)
    typed = form.number.count
    seen, hands = form.seen.typed or None, work()

    def told(done: actions.Applied | actions.CountChanged | actions.NothingToChange) -> ResponseReturnValue:
        if isinstance(done, actions.NothingToChange):
            flash(done.message)
            return redirect(url_for("measures.show", key=measure.key), 303)
        if isinstance(done, actions.Applied):
            flash(f"Mesure appliquée : {plural(done.plan.touched, 'session modifiée', 'sessions modifiées')}.")
            return redirect(url_for("measures.show_run", run_id=done.run_id), 303)
        if typed == done.plan.touched:
            why = "La mesure, ou un nombre, a changé depuis l’essai à blanc que vous avez lu."
            form.put({"number": f"{why} Rien n’a été modifié : relisez-le."})
        else:
            why = f"{typed} n’est pas le nombre de sessions concernées ({done.plan.touched})."
            form.put({"number": f"{why} Rien n’a été modifié : relisez l’essai à blanc."})
        return _dry_run(found, form, 409)

    return _patiently(lambda: actions.apply(hands, measure, text, typed, seen), told)


def _dry_run(known: catalogue.Known, form: forms.Applying, status: int = 200) -> ResponseReturnValue:
    conn, measure = reading(), known.measure
    found = plan.plan(conn, measure, clock().today())
    page = {
        "shift": lambda days: timedelta(days=days),
        "plan": found,
        "samples": plan.samples(conn, measure) if found.touched else {},
        "started": plan.already_started(conn, measure, clock().today()) if found.started else [],
        "twice": plan.claimed_twice(conn, measure) if found.twice else [],
    }
    return render_template("measures/show.html", **page, known=known, measure=measure, form=form, now=clock().now()), status


def _patiently(act: Callable[[], Done], told: Callable[[Done], ResponseReturnValue], taken_back: int = 0) -> ResponseReturnValue:
    """What `told` says of the outcome; where it takes more than a second, a page that says how it goes and leads there."""
    task = Task(act)
    if task.done_within(PATIENCE):
        return told(task.outcome)
    start, end = render_template("measures/going.html", taken_back=taken_back).split("<!-- here -->")
    log = current_app.logger
    second_gone, broken, arrived = (
        get_template_attribute("measures/_going.html", said) for said in ("second", "broken", "arrived")
    )
    here = request.path

    def stream() -> Iterator[str]:
        yield start
        for second in task.seconds():
            yield second_gone(second)
        if task.fault:
            log.exception("measure", exc_info=task.fault)
            yield broken()
        else:
            run_id = getattr(task.outcome, "run_id", None)
            yield arrived(run_id, getattr(task.outcome, "message", ""), f"/mesures/passages/{run_id}" if run_id else here)
        yield end

    return Response(stream(), mimetype="text/html", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


@blueprint.get("/mesures/<key>.csv")
def export(key: str) -> ResponseReturnValue:
    found = _known(key)
    if found.why_not:
        abort(404)
    measure, database = found.measure, db()

    def stream() -> Iterator[str]:
        with database.snapshot() as conn:
            yield "\ufeff"
            yield from lines(COLUMNS, report(conn, measure))

    return Response(stream(), mimetype="text/csv", headers={"Content-Disposition": f"attachment; filename={key}.csv"})


# ---- runs, and taking one back


@blueprint.get("/mesures/passages/<number:run_id>")
def show_run(run_id: int) -> ResponseReturnValue:
    run = queries.find_run(reading(), run_id)
    if run is None:
        abort(404)
    page = {
        "run": run,
        "measure": parse(run.definition, applied=True),
        "by_case": {r.case_name: r.number for r in queries.counts_by_case(reading(), run_id)},
        "departments": queries.counts_by_department(reading(), run),
        "bound": queries.bound(reading(), run_id),
        "left": queries.not_restored(reading(), run),
    }
    return render_template("measures/run.html", **page)


@blueprint.route("/mesures/passages/<number:run_id>/reprise", methods=["GET", "POST"])
def revert(run_id: int) -> ResponseReturnValue:
    run = queries.find_run(reading(), run_id)
    if run is None:
        abort(404)
    form = forms.TakingBack()
    if not posted():
        return _take_back(run, form)
    if not form.validate():
        return _take_back(run, form, 422)
    typed = form.number.count
    hands = work()

    def told(done: actions.Reverted | actions.CannotRevert | actions.OtherNumber) -> ResponseReturnValue:
        if isinstance(done, actions.CannotRevert):
            flash(done.reason, "refused")
            return redirect(url_for("measures.show_run", run_id=run_id), 303)
        if isinstance(done, actions.OtherNumber):
            why = f"{typed} n’est pas le nombre de sessions à rétablir ({done.restorable}). Rien n’a été modifié : relisez."
            form.put({"number": why})
            return _take_back(run, form, 409)
        flash(f"Application n° {run_id} annulée : {counted_back(done.restored, len(done.left_alone))}.")
        return redirect(url_for("measures.show_run", run_id=done.run_id), 303)

    return _patiently(lambda: actions.revert(hands, run_id, typed), told, run_id)


def _take_back(run: Shown, form: forms.TakingBack, status: int = 200) -> ResponseReturnValue:
    found = actions.restorable(reading(), run.id)
    page = {"run": run, "restorable": found[0], "left": found[1], "form": form, "never": actions.why_not_reverted(run)}
    return render_template("measures/take_back.html", **page), status
