"""`/mesures`: the national administration writes, plans, applies and takes back."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from portal.features.measures import actions, catalogue, forms, plan, queries, writing
from portal.features.measures.progress import PATIENCE, Task
from portal.features.measures.report import COLUMNS, report
from portal.files.cells import lines
from portal.rules.duties import Duty
from portal.rules.french import plural
from portal.rules.measures import Measure, MeasureError, parse
from portal.web.forms import posted
from portal.web.state import actor, clock, db, reading, work
from portal.web.uploads import uploaded

blueprint = Blueprint("measures", __name__)


@blueprint.before_request
def national_only() -> None:
    """For anybody else these pages do not exist."""
    if not actor().may(Duty.RUN_MEASURES):
        abort(404)


@blueprint.get("/mesures")
def index() -> ResponseReturnValue:
    built_in = catalogue.built_in()
    measures = [(measure, measure.key in built_in) for measure, _ in catalogue.known(reading()).values()]
    return render_template("measures/index.html", measures=measures, runs=queries.runs(reading()))


def _measure(key: str) -> tuple[Measure, str]:
    known = catalogue.known(reading())
    if key not in known:
        abort(404)
    return known[key]


# ---- writing one


@blueprint.route("/mesures/nouvelle", methods=["GET", "POST"])
def write() -> ResponseReturnValue:
    if request.method != "POST":
        return _write(forms.blank())
    typed = forms.read(request.form)
    if not posted():
        return _write(typed)
    if request.form.get("action") == "ajouter":
        forms.add_case(typed)
        return _write(typed)
    text = forms.toml(typed)
    if not typed.head["nom"]:
        typed.errors["nom"] = "Donnez un nom à la mesure."
    if typed.errors:
        return _write(typed, 422)
    try:
        return _kept(text)
    except MeasureError as error:
        typed.errors["nom"] = str(error)
        return _write(typed, 422)


def _write(typed: forms.Typed, status: int = 200, form: forms.Sending | None = None) -> ResponseReturnValue:
    return render_template("measures/write.html", typed=typed, form=form or forms.Sending()), status


@blueprint.post("/mesures/fichier")
def upload() -> ResponseReturnValue:
    data = uploaded()
    form = forms.Sending()
    if not posted():
        return _write(forms.blank())
    try:
        if not data:
            raise MeasureError("Choisissez un fichier .toml.")
        return _kept(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        form.put({"file": "Le fichier n’est pas en UTF-8."})
    except MeasureError as error:
        form.put({"file": str(error)})
    return _write(forms.blank(), 422, form)


def _kept(text: str) -> ResponseReturnValue:
    kept = writing.keep(work(), text)
    flash(kept.message)
    return redirect(url_for("measures.show", key=kept.measure.key), 303)


@blueprint.get("/mesures/<key>.toml")
def definition(key: str) -> ResponseReturnValue:
    _, text = _measure(key)
    headers = {"Content-Disposition": f"attachment; filename={key}.toml"}
    return Response(text, mimetype="application/toml", headers=headers)


# ---- the dry run, and applying


@blueprint.route("/mesures/<key>", methods=["GET", "POST"])
def show(key: str) -> ResponseReturnValue:
    measure, text = _measure(key)
    form = forms.Applying()
    if not posted():
        return _dry_run(measure, form)
    if not form.validate():
        return _dry_run(measure, form, 422)
    typed = form.number.count
    seen, hands = form.seen.typed or None, work()

    def told(done: Any) -> ResponseReturnValue:
        if isinstance(done, actions.Applied):
            flash(f"Mesure appliquée : {plural(done.plan.touched, 'session modifiée', 'sessions modifiées')}.")
            return redirect(url_for("measures.show_run", run_id=done.run_id), 303)
        if typed == done.plan.touched:
            form.put(
                {"number": "Les nombres ont changé depuis l’essai à blanc que vous avez lu. Rien n’a été modifié : relisez-le."}
            )
        else:
            form.put(
                {
                    "number": f"{typed} n’est pas le nombre de sessions concernées ({done.plan.touched}). Rien n’a été modifié : relisez l’essai à blanc."
                }
            )
        return _dry_run(measure, form, 409)

    return _patiently(lambda: actions.apply(hands, measure, text, typed, seen), told, "La mesure s’applique")


def _dry_run(measure: Measure, form: forms.Applying, status: int = 200) -> ResponseReturnValue:
    conn = reading()
    found = plan.plan(conn, measure, clock().today())
    page = {
        "shift": lambda days: timedelta(days=days),
        "plan": found,
        "samples": plan.samples(conn, measure) if found.touched else {},
        "warned": plan.to_look_at(conn, measure, found, clock().today()),
        "twice": plan.claimed_twice(conn, measure) if found.twice else [],
    }
    return render_template("measures/show.html", **page, measure=measure, form=form, now=clock().now()), status


def _patiently(act: Callable[[], Any], told: Callable[[Any], ResponseReturnValue], title: str) -> ResponseReturnValue:
    """What `told` says of the outcome; where it takes more than a second, a page that says how it goes and leads there."""
    task = Task(act)
    if task.done_within(PATIENCE):
        if task.fault:
            raise task.fault
        return told(task.outcome)
    start, end = render_template("measures/going.html", title=title).split("<!-- here -->")
    log = current_app.logger
    here = request.path

    def stream() -> Iterator[str]:
        yield start
        for second in task.seconds():
            yield f"<p>{plural(second, 'seconde')}… la page suivra d’elle-même, ne la rechargez pas.</p>\n" + " " * 1024
        if task.fault:
            log.exception("measure", exc_info=task.fault)
            yield "<p class='notice bad'>Un incident s’est produit : rien n’a été modifié. Réessayez.</p>"
        else:
            yield _arrived(task.outcome, here)
        yield end

    return Response(stream(), mimetype="text/html", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


def _arrived(outcome: Any, here: str) -> Markup:
    """Where to go on, as a link and as a refresh that needs no script."""
    run_id = getattr(outcome, "run_id", None)
    where = f"/mesures/passages/{run_id}" if run_id else here
    said = "C’est fait." if run_id else "Rien n’a été modifié : les nombres ont changé entre-temps."
    return Markup(
        "<p><strong>{}</strong> <a href='{}'>Voir le compte rendu</a></p><meta http-equiv='refresh' content='0;url={}'>"
    ).format(escape(said), where, where)


@blueprint.get("/mesures/<key>.csv")
def export(key: str) -> ResponseReturnValue:
    measure, _ = _measure(key)
    database = db()

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
        "measure": parse(run.definition),
        "by_case": {r.case_name: r.number for r in queries.counts_by_case(reading(), run_id)},
        "departments": queries.counts_by_department(reading(), run_id),
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

    def told(done: Any) -> ResponseReturnValue:
        if isinstance(done, actions.CannotRevert):
            flash(done.reason, "refused")
            return redirect(url_for("measures.show_run", run_id=run_id), 303)
        if isinstance(done, actions.OtherNumber):
            form.put(
                {
                    "number": f"{typed} n’est pas le nombre de sessions à rétablir ({done.restorable}). Rien n’a été modifié : relisez."
                }
            )
            return _take_back(run, form, 409)
        flash(
            f"Passage repris : {plural(done.restored, 'session rétablie', 'sessions rétablies')}, {len(done.left_alone)} laissées telles quelles."
        )
        return redirect(url_for("measures.show_run", run_id=done.run_id), 303)

    return _patiently(lambda: actions.revert(hands, run_id, typed), told, "Le passage est repris")


def _take_back(run: Any, form: forms.TakingBack, status: int = 200) -> ResponseReturnValue:
    found = actions.restorable(reading(), run.id)
    page = {"run": run, "restorable": found[0], "left": found[1], "form": form}
    return render_template("measures/take_back.html", **page), status
