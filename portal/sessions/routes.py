"""Pages of sessions: HTTP and nothing else."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.files.cells import lines
from portal.results.sheet import load
from portal.rules.lifecycle import STEP, Action, Role, Status
from portal.rules.outcomes import Outcome as ResultOutcome
from portal.rules.rights import Refused, may
from portal.rules.todo import next_step
from portal.sessions import actions, exporting, listing
from portal.sessions.history import history
from portal.sessions.importing import COLUMNS
from portal.sessions.queries import find
from portal.sessions.values import Changed, Invalid, Missing, Outcome, SessionRow, Unchanged
from portal.store.france import DEPARTMENTS
from portal.web.forms import Form, parse_day, version
from portal.web.state import actor, clock, close_reading, db, reading, settings, work

blueprint = Blueprint("sessions", __name__)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    return redirect(url_for("sessions.index"))


def _filters() -> tuple[listing.Filters, dict[str, str], dict[str, str]]:
    """The filters in the address; what was typed; what is wrong of it."""
    names = ("q", "statut", "du", "au", "departement", "vue", "tri", "ordre")
    typed = {name: request.args.get(name, "").replace("\0", "").strip()[:200] for name in names}
    errors: dict[str, str] = {}
    days = {}
    for name in ("du", "au"):
        days[name] = parse_day(typed[name]) if typed[name] else None
        if typed[name] and days[name] is None:
            errors[name] = f"« {typed[name]} » n’est pas une date : écrivez-la jj/mm/aaaa."
    status = Status(typed["statut"]) if typed["statut"] in set(Status) else None
    if typed["statut"] and status is None:
        errors["statut"] = f"Le statut « {typed['statut']} » n’existe pas."
    if typed["departement"] and typed["departement"] not in DEPARTMENTS:
        errors["departement"] = f"Le département « {typed['departement']} » n’existe pas."
    views = {view.key for view in listing.VIEWS[actor().role]}
    filters = listing.Filters(
        search=typed["q"],
        status=status,
        start_from=days["du"],
        start_to=days["au"],
        department=typed["departement"] if "departement" not in errors else "",
        view=typed["vue"] if typed["vue"] in views else listing.ALL.key,
        sort=typed["tri"] if typed["tri"] in listing.SORTS else "numero",
        ascending=typed["ordre"] == "croissant",
    )
    return filters, typed, errors


def _cursor(sort: str) -> listing.Cursor | None:
    for name in ("apres", "avant"):
        value, _, number = request.args.get(name, "").partition("~")
        if number.isascii() and number.isdecimal() and len(number) < 10:
            here = int(number) if sort == "numero" else parse_day(value)
            if here is not None:
                return listing.Cursor(here, int(number), before=name == "avant")
    return None


@blueprint.get("/sessions")
def index() -> ResponseReturnValue:
    filters, typed, errors = _filters()
    today = clock().today()
    page = listing.page(reading(), actor(), filters, today, _cursor(filters.sort))
    counts = listing.counts(reading(), actor(), filters, today)

    def here(**changes: str) -> str:
        """This list with other filters; a page number never survives a change of filter."""
        kept: dict[str, Any] = {k: v for k, v in {**typed, **changes}.items() if v}
        return url_for("sessions.index", **kept)

    def at(cursor: listing.Cursor) -> str:
        return here(**{"avant" if cursor.before else "apres": f"{cursor.value}~{cursor.number}"})

    return (
        render_template(
            "sessions/index.html",
            page=page,
            counts=counts,
            views=listing.VIEWS[actor().role],
            filters=filters,
            typed=typed,
            errors=errors,
            here=here,
            at=at,
            step_of=lambda key: listing.step_of(actor().role, key),
            departments=_departments(),
        ),
        422 if errors else 200,
    )


def _departments() -> dict[str, str]:
    who = actor()
    if who.role is Role.NATIONAL:
        return {code: name for code, (name, _) in sorted(DEPARTMENTS.items())}
    return {code: name for code, (name, region) in sorted(DEPARTMENTS.items()) if region == who.region_code}


@blueprint.get("/sessions/export")
def export() -> ResponseReturnValue:
    """The sessions that the filters show, all pages, as a CSV that a spreadsheet opens with its accents."""
    filters, _, _ = _filters()
    who, today, database = actor(), clock().today(), db()
    where = listing.chosen(who, filters) & listing.view_condition(filters.view, who.role, today)

    def stream() -> Iterator[str]:
        with database.snapshot() as conn:
            yield "\ufeff"
            yield from lines(COLUMNS, exporting.rows(conn, where))

    headers = {"Content-Disposition": "attachment; filename=sessions.csv"}
    return Response(stream(), mimetype="text/csv", headers=headers)


def found(number: int) -> SessionRow:
    """The session, if this person may see it; otherwise 404, exactly as for one that does not exist."""
    session = find(reading(), actor(), number, settings().unit_label)
    if session is None:
        abort(404)
    return session


def verdicts(s: SessionRow) -> dict[str, Any]:
    """What this person may do to this session today: the pages show a form or the reason by it."""
    today = clock().today()
    return {action.value: may(s.person(actor().role), action, s.facts, today) for action in Action}


@blueprint.get("/sessions/<number:number>")
def show(number: int) -> ResponseReturnValue:
    return render_template("sessions/show.html", **session_page(found(number)))


def session_page(s: SessionRow, **more: Any) -> dict[str, Any]:
    sheet = load(reading(), s)
    told = history(reading(), s.number)
    reached = {}
    for entry in reversed(told):
        if entry.status:
            reached[entry.status] = entry
    return {
        "s": s,
        "rights": verdicts(s),
        "next": next_step(actor().role, s.facts, clock().today()),
        "sheet": sheet,
        "history": told,
        "reached": reached,
        "steps": STEP,
        "form": Form(actual_end_on=""),
        **more,
    }


@blueprint.get("/sessions/<number:number>/historique")
def show_history(number: int) -> ResponseReturnValue:
    s = found(number)
    return render_template("sessions/history.html", s=s, history=history(reading(), number))


@blueprint.get("/sessions/<number:number>/candidats")
def show_candidates(number: int) -> ResponseReturnValue:
    s = found(number)
    return render_template("sessions/candidates.html", s=s, sheet=load(reading(), s), outcomes=ResultOutcome)


@blueprint.route("/sessions/<number:number>/informations", methods=["GET", "POST"])
def edit_practical(number: int) -> ResponseReturnValue:
    s = found(number)
    initial = {
        "starts_on": s.starts_on.isoformat(),
        "ends_on": s.ends_on.isoformat(),
        "place": s.place,
        "session_manager": s.session_manager,
    }
    form = Form(**initial)
    page = "sessions/practical.html"
    if request.method == "GET" or form.resumed:
        return form_page(page, s, form, Action.EDIT_END)
    start = form.day("starts_on", "Indiquez la date de début.") if "starts_on" in request.form else None
    end = form.day("ends_on", "Indiquez la date de fin.")
    place, manager = form.text("place", 200), form.text("session_manager", 120)
    if form.errors or end is None:
        return form_page(page, s, form, Action.EDIT_END, 422)
    close_reading()
    outcome = actions.edit_practical(
        work(), number, version(), starts_on=start, ends_on=end, place=place, session_manager=manager
    )
    return answer(outcome, page, number, form, Action.EDIT_END)


@blueprint.route("/sessions/<number:number>/date-reelle", methods=["GET", "POST"])
def set_actual_end(number: int) -> ResponseReturnValue:
    s = found(number)
    form = Form(actual_end_on=s.actual_end_on.isoformat() if s.actual_end_on else "")
    page = "sessions/actual_end.html"
    if request.method == "GET" or form.resumed:
        return form_page(page, s, form, Action.SET_ACTUAL_END)
    actual = form.day("actual_end_on", "Indiquez la date à laquelle la session s’est réellement terminée.")
    if form.errors or actual is None:
        return form_page(page, s, form, Action.SET_ACTUAL_END, 422)
    close_reading()
    return answer(actions.set_actual_end(work(), number, version(), actual), page, number, form, Action.SET_ACTUAL_END)


STEPS = {
    "demande-dte": Action.REQUEST_DTE,
    "envoi-dte": Action.SEND_DTE,
    "convocations": Action.CONVOKE,
    "verrouillage": Action.LOCK,
    "deverrouillage": Action.UNLOCK,
}


@blueprint.route("/sessions/<number:number>/<any(" + ",".join(f"'{k}'" for k in STEPS) + "):step>", methods=["GET", "POST"])
def advance(number: int, step: str) -> ResponseReturnValue:
    action = STEPS[step]
    s = found(number)
    form = Form(reason="")
    page = "sessions/step.html"
    if request.method == "GET" or form.resumed:
        return form_page(page, s, form, action)
    reason = form.text("reason")
    if form.errors:
        return form_page(page, s, form, action, 422)
    close_reading()
    return answer(actions.advance(work(), number, version(), action, reason), page, number, form, action)


def form_page(
    template: str,
    s: SessionRow,
    form: Form,
    action: Action,
    status: int = 200,
    conflict: bool = False,
    refused: Refused | None = None,
) -> ResponseReturnValue:
    """A form's own page, or the reason why it is not open, with what was typed."""
    verdict = refused or may(s.person(actor().role), action, s.facts, clock().today())
    if isinstance(verdict, Refused):
        status = 403 if request.method == "POST" else status
    return (
        render_template(template, s=s, form=form, verdict=verdict, action=action, step=STEP.get(action), conflict=conflict),
        status,
    )


def answer(outcome: Outcome, template: str, number: int, form: Form, action: Action) -> ResponseReturnValue:
    """What happened, as a page."""
    if isinstance(outcome, Missing):
        abort(404)
    if isinstance(outcome, Refused):
        return form_page(template, found(number), form, action, 403, refused=outcome)
    if isinstance(outcome, Changed):
        return form_page(template, outcome.session, form, action, 409, conflict=True)
    if isinstance(outcome, Invalid):
        form.errors.update(outcome.errors)
        return form_page(template, found(number), form, action, 422)
    if outcome.message or isinstance(outcome, Unchanged):
        flash(outcome.message or "C’est déjà enregistré.")
    return redirect(url_for("sessions.show", number=number), 303)
