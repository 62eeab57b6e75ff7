"""The day of the exam on a telephone: HTTP and nothing else. A tick is answered in JSON to the page's script, which keeps what
it has no answer for; without the script the same form is sent whole."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.core.attendance import incidents, noted
from portal.core.outcomes import Stale
from portal.core.session import SessionRow
from portal.core.sheet import candidates
from portal.features.attendance.actions import Answers, Became, correct_incident, in_words, note, note_incident
from portal.features.attendance.forms import Happened, Incident, Presences
from portal.rules.attendance import Half, exam_days, not_open, opens_on
from portal.rules.french import parse_day, plural
from portal.rules.lifecycle import Action
from portal.rules.rights import Refused, may
from portal.web import query
from portal.web.forms import posted
from portal.web.session_pages import form_page, found
from portal.web.state import actor, clock, reading, work

blueprint = Blueprint("attendance", __name__)


@blueprint.route("/sessions/<number:number>/jour", methods=["GET", "POST"])
def show(number: int) -> ResponseReturnValue:
    s = found(number)
    happened = Happened()
    if not posted():
        on = parse_day(query.text("date")) or opens_on(s.facts, clock().today())
        return _page(s, on, happened)
    if happened.incident.sent:
        return _happened(s, happened)
    form = Presences()
    if not form.validate():
        return _page(s, opens_on(s.facts, clock().today()), happened, 422)
    on = form.date.day
    answers = note(work(), number, on, form.ticks())
    if request.accept_mimetypes.best == "application/json":
        return _told(number, on, answers)
    if isinstance(answers, Refused):
        return _page(found(number), on, happened, 403, refused=answers)
    changed = {key: became for key, became in answers.items() if became is not Became.KEPT}
    if changed:
        return _page(found(number), on, happened, 409, changed=changed)
    flash(f"{plural(len(answers), 'présence enregistrée', 'présences enregistrées')}.")
    return redirect(url_for("attendance.show", number=number, date=on.isoformat()), 303)


def _told(number: int, on: date, answers: Answers | Refused) -> ResponseReturnValue:
    """What became of each tick, by the name under which it was sent, and how its half-day stands now."""
    if isinstance(answers, Refused):
        return jsonify({"refused": f"{answers.reason} {answers.helper}"}), 403
    stands = noted(reading(), number, on)
    told = {}
    for (who, half), became in answers.items():
        now = stands.get((who, on, half))
        told[f"{half.value}-{who}"] = {
            "became": became.value,
            "value": ("present" if now.present else "absent") if now else "",
            "version": now.version if now else 0,
            "words": in_words(became, now),
        }
    return jsonify({"ticks": told})


def _happened(s: SessionRow, form: Happened) -> ResponseReturnValue:
    on = form.date.day if form.validate() else opens_on(s.facts, clock().today())
    if form.errors or on is None:
        return _page(s, parse_day(form.date.typed) or on, form, 422)
    outcome = note_incident(work(), s.number, on, form.heure.hour, form.incident.text)
    if isinstance(outcome, Refused):
        return _page(found(s.number), on, form, 403, refused=outcome)
    flash(outcome.message)
    return redirect(url_for("attendance.show", number=s.number, date=on.isoformat()) + "#incidents", 303)


@blueprint.route("/sessions/<number:number>/jour/incidents/<number:incident_id>", methods=["GET", "POST"])
def correct(number: int, incident_id: int) -> ResponseReturnValue:
    s = found(number)
    one = next((one for one in incidents(reading(), number) if one.id == incident_id), None)
    if one is None:
        abort(404)
    form = Incident(heure=one.hour, incident=one.text, vu=one.stamp)
    if not posted():
        return form_page("attendance/incident.html", s, form, Action.NOTE_DAY, one=one)
    if not form.validate():
        return form_page("attendance/incident.html", s, form, Action.NOTE_DAY, 422, one=one)
    outcome = correct_incident(work(), number, incident_id, form.vu.key, form.heure.hour, form.incident.text)
    if isinstance(outcome, Refused):
        return form_page("attendance/incident.html", s, form, Action.NOTE_DAY, 403, refused=outcome, one=one)
    if isinstance(outcome, Stale):
        form.vu.typed = one.stamp
        return form_page("attendance/incident.html", s, form, Action.NOTE_DAY, 409, conflict=True, one=one)
    flash(outcome.message)
    return redirect(url_for("attendance.show", number=number, date=one.day.isoformat()) + "#incidents", 303)


def _page(
    s: SessionRow,
    on: date | None,
    form: Happened,
    status: int = 200,
    *,
    refused: Refused | None = None,
    changed: Mapping[tuple[int, Half], Became] | None = None,
) -> ResponseReturnValue:
    days, today = exam_days(s.facts), clock().today()
    if on not in days:
        on = opens_on(s.facts, today)
    stands = noted(reading(), s.number, on) if on else {}
    people, morning = candidates(reading(), s.number), {who for who, _, half in stands if half is Half.MORNING}
    verdict = refused or may(s.person(actor().role), Action.NOTE_DAY, s.facts, today)
    why = not_open(s.facts, on or today, today)
    page: dict[str, Any] = {
        "s": s,
        "form": form,
        "verdict": verdict,
        "sets_days": may(s.person(actor().role), Action.SET_EXAM_DAYS, s.facts, today),
        "why": why,
        "on": on,
        "days": days,
        "candidates": people,
        "open": verdict.ok and not why,
        "open_days": [other.isoformat() for other in days if verdict.ok and not not_open(s.facts, other, today)],
        "stands": {(who, half): one for (who, _, half), one in stands.items()},
        "said": {key: in_words(became, stands.get((key[0], on, key[1]))) for key, became in (changed or {}).items() if on},
        "halves": Half,
        "half": Half.AFTERNOON if morning >= {c.id for c in people} else Half.MORNING,
        "incidents": incidents(reading(), s.number),
        "account": actor().id,
    }
    return render_template("attendance/day.html", **page), status
