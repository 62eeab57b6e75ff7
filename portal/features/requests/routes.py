"""« Demander un report », and the place where centres and units exchange: HTTP and nothing else."""

import secrets
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.core.approvals import of_centre
from portal.core.centres import own
from portal.core.finding import find as find_session
from portal.core.outcomes import Changed, Dated, Doubtful, Invalid, Saved, Unchanged
from portal.core.session import SessionRow
from portal.core.sheet import load
from portal.features.postponements.weighing import Weighed
from portal.features.reference.queries import title_dates
from portal.features.requests import actions
from portal.features.requests.actions import Answered, Made, why_not_done
from portal.features.requests.consequences import Wish, weigh, weigh_wanted
from portal.features.requests.forms import Answering, AnsweringSeveral, Asking, AskingExpired
from portal.features.requests.queries import VIEWS, Asked, counts, dates_before, find, in_words, may_answer, may_withdraw, page
from portal.features.requests.words import answered
from portal.rules.duties import Duty
from portal.rules.expired import EMERGENCY_FROM, EMERGENCY_TO, Expiry, expiry
from portal.rules.french import parse_day
from portal.rules.lifecycle import Action
from portal.rules.rights import Refused
from portal.rules.titles import may_start
from portal.store.france import DEPARTMENTS
from portal.store.requests import RequestKind
from portal.web import fragments, query
from portal.web.doubts import confirmed, doubts_page
from portal.web.forms import posted, version
from portal.web.session_pages import answer, form_page, found
from portal.web.state import actor, clock, only, reading, settings, work

blueprint = Blueprint("requests", __name__)


@blueprint.route("/sessions/<number:number>/demande-report", methods=["GET", "POST"])
def ask(number: int) -> ResponseReturnValue:
    s = found(number)
    form = Asking(key=secrets.token_hex(16))
    template, action = "requests/ask.html", Action.ASK_POSTPONEMENT
    more: dict[str, Any] = {"before": s.open_request}
    if not posted():
        return form_page(template, s, form, action, **more)
    if not form.validate():
        return form_page(template, s, form, action, 422, **more)
    outcome = actions.ask_postponement(
        work(),
        number,
        version(),
        starts_on=form.starts_on.day,
        ends_on=form.ends_on.day,
        reason=form.reason.text,
        key=form.key.key,
        confirmed=confirmed(),
    )
    if isinstance(outcome, Made):
        return _made(outcome, s.unit)
    return answer(outcome, template, number, form, action, **more)


def _made(made: Made, unit: str) -> ResponseReturnValue:
    flash("Cette demande est déjà envoyée." if made.again else f"Demande envoyée. L’{unit} vous répond ici et vous en prévient.")
    return redirect(url_for("requests.show", request_id=made.request_id), 303)


@blueprint.route("/demandes/titre-echu", methods=["GET", "POST"])
def ask_expired() -> ResponseReturnValue:
    who = actor()
    if not who.may(Duty.ASK_UNIT) or who.centre_id is None:
        abort(404)
    asked = {"title": query.text("titre"), "session": query.text("session")}
    form = AskingExpired(**asked, key=secrets.token_hex(16))
    if not posted() or form.calculer.sent:
        return _expired(form)
    if not form.validate():
        return _expired(form, 422)
    outcome = actions.ask_expired(
        work(),
        title_id=form.title.picked,
        approval_number=form.approval.text,
        starts_on=form.starts_on.day,
        ends_on=form.ends_on.day,
        reason=form.reason.text,
        number=form.session.value,
        lockdown_cause=form.lockdown.typed == "oui",
        registered=form.registered.typed == "oui",
        key=form.key.key,
        confirmed=confirmed(),
    )
    if isinstance(outcome, Doubtful):
        return doubts_page(outcome, form)
    if isinstance(outcome, Invalid):
        form.put(outcome.errors)
        return _expired(form, 422)
    if isinstance(outcome, Refused):
        return _expired(form, 403)
    return _made(outcome, own(reading(), who.centre_id, settings().unit_label).unit)


def _expired(form: AskingExpired, status: int = 200) -> ResponseReturnValue:
    """The form, filled in from what is known: the centre, its titles that are expired or will be, and their dates. Where only one
    of them can be meant, whose prolongation ended in the state of emergency, it is chosen."""
    centre_id = actor().centre_id or 0
    offered = [t for t in of_centre(reading(), centre_id).values() if any(a.last_start for a in t.approvals)]
    meant = [t for t in offered if any(Expiry(a.expires_on, a.last_start).in_emergency for a in t.approvals)] or offered
    chosen = next((t for t in offered if str(t.id) == form.title.typed), meant[0] if len(meant) == 1 else None)
    dates = None
    if chosen:
        form.title.typed = str(chosen.id)
        dates = expiry(*title_dates(reading(), chosen.id))
        if not form.approval.typed:
            held = may_start(chosen.approvals, clock().today(), granted=True)
            form.approval.typed = held.number if not isinstance(held, str) else chosen.approvals[0].number
    return (
        render_template(
            "requests/expired.html",
            form=form,
            offered=offered,
            chosen=chosen,
            dates=dates,
            emergency=(EMERGENCY_FROM, EMERGENCY_TO),
            own=own(reading(), centre_id, settings().unit_label),
        ),
        status,
    )


# ---- the list


@blueprint.get("/demandes")
def index() -> ResponseReturnValue:
    return _index()


def _index(status: int = 200, told: dict[int, str] | None = None, form: AnsweringSeveral | None = None) -> ResponseReturnValue:
    """`told`: of what stays open, by number, why; `form`: what was ticked, and the reason of a refusal."""
    view = asked if (asked := query.text("vue")) in VIEWS else "ouvertes"
    department = code if (code := query.text("departement")) in DEPARTMENTS else ""
    rows, after = page(reading(), actor(), view, since := query.number("suite"), department)
    weighing = view == "ouvertes" and actor().may(Duty.ANSWER_REQUESTS)
    weighed = weigh_wanted(reading(), actor(), settings().unit_label, rows, clock().today()) if weighing else {}
    at_once = [a.id for a in rows if (w := weighed.get(a.id)) and w.allowed and not w.doubts and a.kind == "report"]
    return (
        render_template(
            "requests/index.html",
            form=form or AnsweringSeveral(),
            ticked=form.demande.numbers if form else at_once if query.given("cocher") else [],
            rows=rows,
            after=after,
            view=view,
            views=VIEWS,
            counts={key: in_words(count, key) for key, count in counts(reading(), actor(), department).items()},
            department=department,
            told=told or {},
            weighed=weighed,
            at_once=at_once,
            answers=weighing and any(a.kind == "report" for a in rows),
            since=since,
            were=dates_before(reading(), rows),
        ),
        status,
    )


@blueprint.post("/demandes")
def answer_several() -> ResponseReturnValue:
    only(Duty.ANSWER_REQUESTS)
    form = AnsweringSeveral()
    if not posted():
        return _index(form=form)
    if not form.complete():
        return _index(422, form=form)
    if form.refuser.sent:
        outcomes = actions.refuse_several(work(), form.chosen, form.refusal.text)
    else:
        outcomes = actions.accept_several(work(), form.chosen)
    told = {n: why_not_done(outcome) for n, outcome in outcomes.items() if not isinstance(outcome, Saved)}
    if done := len(outcomes) - len(told):
        flash(answered(done, refused=form.refuser.sent))
    return _index(409, told, form) if told else redirect(url_for("requests.index"), 303)


# ---- one request


def _found(request_id: int) -> Asked:
    return find(reading(), actor(), request_id)


@blueprint.get("/demandes/<number:request_id>")
def show(request_id: int) -> ResponseReturnValue:
    """`starts_on` and `ends_on` in the address: the page for these dates, of which what it would change is shown in place."""
    asked = _found(request_id)
    return _show(asked, _answer_form(asked, **query.given("starts_on", "ends_on")))


def _answer_form(asked: Asked, **typed: str) -> Answering:
    """The unit's answer, filled in with what the centre wants."""
    return Answering(**{"starts_on": asked.wanted_start, "ends_on": asked.wanted_end, **typed})


def _show(asked: Asked, form: Answering, status: int = 200, **more: Any) -> ResponseReturnValue:
    s = _session_of(asked)
    answers = may_answer(actor(), asked)
    wanted = (asked.wanted_start, asked.wanted_end)
    typed = (parse_day(form.starts_on.typed), parse_day(form.ends_on.typed))
    weighed = _weighed(asked, s, *typed) if answers else None
    if weighed and not weighed.first and not form.refusal.typed:  # why a refusal of what the centre wants would be given
        of_wanted = weighed if typed == wanted else _weighed(asked, s, *wanted)
        form.refusal.typed = of_wanted.why_not if of_wanted else ""
    return fragments.page(
        "requests/show.html",
        status,
        block="suites",
        a=asked,
        s=s,
        form=form,
        answers=answers,
        withdraws=may_withdraw(actor(), asked),
        weighed=weighed,
        was=dates_before(reading(), [asked]).get(asked.id),
        sheet=load(reading(), s) if s and asked.kind is RequestKind.CORRECTION else None,
        unit=f"{settings().unit_label} {asked.department_code}",
        emergency=(EMERGENCY_FROM, EMERGENCY_TO),
        **more,
    )


def _session_of(asked: Asked) -> SessionRow | None:
    return find_session(reading(), actor(), asked.session_id, settings().unit_label) if asked.session_id else None


def _weighed(asked: Asked, s: SessionRow | None, start: date | None, end: date | None) -> Weighed | None:
    """What the rule says of these dates; None while they are no dates."""
    if start is None or end is None:
        return None
    return weigh(reading(), actor(), [Wish(asked, s, start, end)], clock().today())[asked.id]


@blueprint.post("/demandes/<number:request_id>/acceptation")
def accept(request_id: int) -> ResponseReturnValue:
    asked = _found(request_id)
    only(Duty.ANSWER_REQUESTS)
    form = _answer_form(asked)
    if not posted() or form.calculer.sent:
        return _show(asked, form)
    if asked.kind is RequestKind.CORRECTION and asked.open:
        return redirect(url_for("results.correct", number=asked.session_id, demande=asked.id), 303)
    if not form.validate():
        return _show(asked, form, 422)
    start, end = form.starts_on.day, form.ends_on.day
    outcome = actions.accept(work(), request_id, version(), start, end, form.note.text, confirmed())
    return _answered(outcome, request_id, form)


@blueprint.post("/demandes/<number:request_id>/refus")
def refuse(request_id: int) -> ResponseReturnValue:
    asked = _found(request_id)
    only(Duty.ANSWER_REQUESTS)
    form = _answer_form(asked)
    if not posted():
        return _show(asked, form)
    if not form.validate():
        return _show(asked, form, 422)
    return _answered(actions.refuse(work(), request_id, form.refusal.text), request_id, form)


@blueprint.post("/demandes/<number:request_id>/retrait")
def withdraw(request_id: int) -> ResponseReturnValue:
    asked = _found(request_id)
    only(Duty.ASK_UNIT)
    form = _answer_form(asked)
    if not posted():
        return _show(asked, form)
    return _answered(actions.withdraw(work(), request_id), request_id, form)


def _answered(outcome: Dated | Answered, request_id: int, form: Answering) -> ResponseReturnValue:
    if isinstance(outcome, (Saved, Unchanged)):
        flash(outcome.message)
        return redirect(
            url_for("day.show") if form.retour.typed == "accueil" else url_for("requests.show", request_id=request_id), 303
        )
    asked = _found(request_id)
    if isinstance(outcome, Doubtful):
        return doubts_page(outcome, form, _session_of(asked))
    if isinstance(outcome, Answered):
        return _show(asked, form, 409, faster=True)
    if isinstance(outcome, Refused):
        return _show(asked, form, 403, refused=outcome)
    if isinstance(outcome, Changed):
        return _show(asked, form, 409, changed=True)
    form.put(outcome.errors)
    return _show(asked, form, 422)
