"""Pages of sessions: HTTP and nothing else."""

from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.clock import PARIS
from portal.core.civil import lacking
from portal.core.heads import signer
from portal.core.session import SessionRow
from portal.core.sheet import load
from portal.features.jury.queries import brief
from portal.features.past import proofs
from portal.features.past.as_was import as_it_was
from portal.features.past.history import history
from portal.features.past.proof_checks import as_bytes
from portal.features.past.since import Since, reached, recalled, since
from portal.features.sessions import actions, counting, listing, views
from portal.features.sessions.filters import read_filters
from portal.features.sessions.forms import AsItWas, CheckedEnd, Practical, Step
from portal.features.sessions.search import names_found
from portal.rules.checks import days_to_come, where_and_whom
from portal.rules.documents import given
from portal.rules.duties import Duty, may_do
from portal.rules.french import day, parse_day
from portal.rules.lifecycle import Action, Role, Status
from portal.rules.limits import Limits, deadline, has_deadline
from portal.rules.rights import missing
from portal.rules.security import Kind
from portal.rules.steps import STEP, STEP_AT
from portal.rules.todo import awaited, next_step
from portal.store.france import DEPARTMENTS
from portal.store.limits import limits
from portal.store.personal import named
from portal.store.text import one_line
from portal.web import query
from portal.web.doubts import confirmed
from portal.web.forms import number_in, posted, version
from portal.web.noting import note
from portal.web.rows import Look, rows
from portal.web.session_pages import ActualEnd, answer, form_page, found, verdicts
from portal.web.state import actor, clock, reading, settings, work

blueprint = Blueprint("sessions", __name__)


def _cursor(sort: str) -> listing.Cursor | None:
    for name in ("apres", "avant"):
        value, _, typed = query.text(name).partition("~")
        number = number_in(typed)
        here = number if sort == "numero" else parse_day(value)
        if number is not None and here is not None:
            return listing.Cursor(here, number, before=name == "avant")
    return None


@blueprint.get("/sessions")
def index() -> ResponseReturnValue:
    filters, typed, errors = read_filters(query.everything(), actor().role)
    today, limit = clock().today(), limits(reading())
    asked = listing.chosen(reading(), actor(), filters)
    shown = views.views(actor().role, filters.view)
    counts = counting.counts(reading(), actor(), asked, today, limit, shown)
    many = counting.many(counts[filters.view]) if filters.view in counts else None
    page = listing.page(reading(), actor(), filters, asked, today, limit, _cursor(filters.sort), many)
    rank = min(max(query.number("rang") or 1, 1), 10**7) if page.previous else 1

    base = url_for("sessions.index")

    def here(**changes: str) -> str:
        """This list with other filters; a page number never survives a change of filter."""
        kept = {k: v for k, v in {**typed, **changes}.items() if v}
        return f"{base}?{urlencode(kept)}" if kept else base

    def at(cursor: listing.Cursor) -> str:
        place = max(1, rank - listing.PAGE) if cursor.before else rank + len(page.rows)
        return here(**{"avant" if cursor.before else "apres": f"{cursor.value}~{cursor.number}", "rang": str(place)})

    seen = _look(actor().role, base, settings().unit_label, filters.view == views.LATE.key, limit, today)
    names = names_found(reading(), asked.called, (r.number for r in page.rows)) if asked.called else {}
    return render_template(
        "sessions/index.html",
        page=page,
        look=seen,
        rows=rows(page.rows, seen, names),
        counts=counts,
        in_words=counting.in_words,
        views=shown,
        filters=filters,
        typed=typed,
        filters_kept={k: v for k, v in typed.items() if v and k not in ("tri", "ordre")},
        errors=errors,
        here=here,
        at=at,
        rank=rank,
        departments=_departments(),
    ), 422 if errors else 200


@lru_cache(maxsize=256)
def _look(role: Role, base: str, unit_label: str, of_late: bool, limit: Limits, today: date) -> Look:
    own, acts = not may_do(role, Duty.COMPARE_CENTRES).ok, may_do(role, Duty.ACT_ON_SESSIONS).ok
    return Look(base, unit_label, own, acts, of_late, views.steps_of(role), lambda r: listing.late(r, limit, today))


def _departments() -> dict[str, str]:
    who = actor()
    if who.may(Duty.READ_ALL_DEPARTMENTS):
        return {code: name for code, (name, _) in sorted(DEPARTMENTS.items())}
    return {code: name for code, (name, region) in sorted(DEPARTMENTS.items()) if region == who.region_code}


@blueprint.get("/sessions/<number:number>")
def show(number: int) -> ResponseReturnValue:
    s = found(number)
    if not (given := query.given("au")):
        return render_template("sessions/show.html", **session_page(s))
    typed = one_line(given["au"], 40)
    on, today = parse_day(typed), clock().today()
    form = AsItWas(au=typed)
    if on is None:
        form.put({"au": f"« {typed} » n’est pas une date : écrivez-la jj/mm/aaaa, par exemple 17/03/2020."})
        return _history(s, form, 422)
    if on > today:
        form.put({"au": f"Le {day(on)} est à venir : choisissez un jour passé, ou le {day(today)} au plus tard."})
        return _history(s, form, 422)
    return render_template("sessions/as_was.html", s=s, then=as_it_was(reading(), s, on, today))


# From when the page says what the deposit lacks of the candidates.
EXAMINED = (Status.CONVOKED, Status.RESULTS, Status.LOCKED)
PREPARED = (Action.REQUEST_DTE, Action.CONVOKE, Action.CONVOKE_AGAIN)


def session_page(s: SessionRow, **more: Any) -> dict[str, Any]:
    today = clock().today()
    sheet = load(reading(), s, labels_only=True)
    told = history(reading(), s.number)
    acts = actor().may(Duty.ACT_ON_SESSIONS)
    others = {} if acts else awaited(s.facts, today)
    return {
        "s": s,
        "rights": verdicts(s),
        # Whoever looks on reads who is awaited or, where nobody is, until when, as the unit does.
        "next": None if others else next_step(actor().role if acts else Role.UD, s.facts, today),
        "awaited": others,
        "deadline": deadline(s.facts, limits(reading()), today) if has_deadline(s.facts) else None,
        "papers": given(s.facts, today),
        "told_where": where_and_whom(s.facts, today),
        "days_past": days_to_come(s.facts, today) is not None,
        "missing": {action.value: missing(action, s.facts, today) for action in PREPARED},
        "reader": actor().role,
        "seats": brief(reading(), s.number),
        "sheet": sheet,
        "lacking": lacking(reading(), s) if actor().may(Duty.GIVE_DATA) and s.status in EXAMINED else [],
        "history": told,
        "asked": s.open_request,
        "reached": reached(told),
        "recalled": recalled(told),
        "since": since(told, s.status, Since(s.status.label, s.status_at.astimezone(PARIS), named(reading(), s.status_by))),
        "steps": STEP,
        "form": ActualEnd(),
        "step_form": Step(),
        **more,
    }


@blueprint.get("/sessions/<number:number>/historique")
def show_history(number: int) -> ResponseReturnValue:
    return _history(found(number), AsItWas())


def _history(s: SessionRow, form: AsItWas, status: int = 200) -> ResponseReturnValue:
    return render_template("sessions/history.html", s=s, history=history(reading(), s.number), form=form), status


@blueprint.get("/sessions/<number:number>/preuve.<any('json','pdf'):kind>")
def proof(number: int, kind: str) -> ResponseReturnValue:
    """The proof of a session's history: what anybody checks (docs/proof.md)."""
    s = found(number)
    note(Kind.EXPORTED, f"preuve, session {number}, {kind}")
    made = proofs.proof(reading(), signer(settings()), s, clock().now())
    text = as_bytes(made)
    data = proofs.as_pdf(made, text, clock().now()) if kind == "pdf" else text
    mimetype = "application/pdf" if kind == "pdf" else "application/json"
    name = f"attachment; filename=preuve-{number}.{kind}"
    return Response(data, mimetype=mimetype, headers={"Content-Disposition": name, "Cache-Control": "no-store"})


@blueprint.route("/sessions/<number:number>/informations", methods=["GET", "POST"])
def edit_practical(number: int) -> ResponseReturnValue:
    s = found(number)
    form = Practical(starts_on=s.starts_on, ends_on=s.ends_on, place=s.place, hour=s.hour, session_manager=s.session_manager)
    for field in (form.place, form.hour, form.session_manager):
        field.needed = s.status is Status.CONVOKED and bool(field.typed)  # what convened candidates know is not emptied
    page, rights = "sessions/practical.html", verdicts(s)
    if not posted():
        return form_page(page, s, form, Action.EDIT_PRACTICAL, rights=rights)
    if not form.validate():
        return form_page(page, s, form, Action.EDIT_PRACTICAL, 422, rights=rights)
    wanted = actions.Practical(
        starts_on=form.starts_on.day if form.starts_on.sent else None,
        ends_on=form.ends_on.day if form.ends_on.sent else None,
        place=form.place.text,
        hour=form.hour.hour,
        session_manager=form.session_manager.text,
    )
    outcome = actions.edit_practical(work(), number, version(), wanted, confirmed())
    return answer(outcome, page, number, form, Action.EDIT_PRACTICAL, rights=rights)


@blueprint.route("/sessions/<number:number>/date-reelle", methods=["GET", "POST"])
def set_actual_end(number: int) -> ResponseReturnValue:
    s = found(number)
    form = ActualEnd(actual_end_on=s.actual_end_on)
    page = "sessions/actual_end.html"
    if not posted():
        return form_page(page, s, form, Action.SET_ACTUAL_END)
    if not form.validate():
        return form_page(page, s, form, Action.SET_ACTUAL_END, 422)
    outcome = actions.set_actual_end(work(), number, version(), form.actual_end_on.day, confirmed())
    return answer(outcome, page, number, form, Action.SET_ACTUAL_END)


@blueprint.route("/sessions/<number:number>/date-reelle/verification", methods=["GET", "POST"])
def check_actual_end(number: int) -> ResponseReturnValue:
    s = found(number)
    form = CheckedEnd()
    page = "sessions/check_end.html"
    if not posted():
        return form_page(page, s, form, Action.CHECK_ACTUAL_END)
    if not form.validate():
        return form_page(page, s, form, Action.CHECK_ACTUAL_END, 422)
    outcome = actions.check_actual_end(work(), number, version(), form.note.text)
    return answer(outcome, page, number, form, Action.CHECK_ACTUAL_END)


@blueprint.route(
    "/sessions/<number:number>/<any(" + ",".join(f"'{path}'" for path in STEP_AT) + "):step>", methods=["GET", "POST"]
)
def advance(number: int, step: str) -> ResponseReturnValue:
    action = STEP_AT[step].action
    s = found(number)
    form = Step()
    page = "sessions/step.html"
    if not posted():
        return form_page(page, s, form, action)
    if not form.validate():
        return form_page(page, s, form, action, 422)
    to = url_for("convocations.index", number=number) if action in actions.CONVENES else ""
    return answer(actions.advance(work(), number, version(), action, form.reason.text), page, number, form, action, to)
