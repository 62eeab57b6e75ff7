"""Entering and correcting results."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.core.attendance import proposed
from portal.core.civil import lacking
from portal.core.outcomes import Changed, Invalid, Saved, Unchanged
from portal.core.session import SessionRow
from portal.core.sheet import Sheet, load
from portal.features.requests.queries import Asked, may_answer
from portal.features.requests.queries import find as find_request
from portal.features.results import actions, forms, sheets
from portal.features.results.sent import OUTCOMES
from portal.files.errors import BadFile
from portal.files.models import TYPES, model
from portal.rules.lifecycle import Action
from portal.rules.outcomes import Entry, Outcome, all_obtained
from portal.rules.rights import Refused, may
from portal.rules.security import Kind
from portal.store.requests import RequestKind
from portal.web import query
from portal.web.forms import number_in, posted, resumed, version
from portal.web.fragments import page
from portal.web.kept import kept_fields
from portal.web.noting import note
from portal.web.session_pages import ActualEnd, form_page, found
from portal.web.state import actor, clock, reading, work
from portal.web.uploads import Import

blueprint = Blueprint("results", __name__)


@blueprint.route("/sessions/<number:number>/resultats", methods=["GET", "POST"])
def enter(number: int) -> ResponseReturnValue:
    form = forms.Entering()
    if posted():
        return _entered(number, form)
    s = found(number)
    sheet = load(reading(), s)
    if request.method != "POST":
        every = query.text("tous") == Outcome.TITLE and Outcome.TITLE in sheet.choices
        entries = sheet.stored or proposed(reading(), s, sheet)
        away = 0 if sheet.stored else len(entries)
        if every:
            return _entry(s, sheet, all_obtained((c.id for c in sheet.candidates), entries), away=away, fresh=())
        return _entry(s, sheet, entries, away=away)
    return _entry(s, sheet, forms.sent().on(sheet).entries, part="attention", returned=not resumed())


def _entered(number: int, form: forms.Entering) -> ResponseReturnValue:
    """What was sent is read once the session is held: not a query goes before."""
    typed = forms.sent()
    if form.draft:
        outcome = actions.save_draft(work(), number, version(), typed)
    else:
        given = form.confirmation.typed if form.confirmed else ""
        outcome = actions.enter_results(work(), number, version(), typed, given)
    if isinstance(outcome, (Saved, Unchanged)):
        flash(outcome.message, "message" if form.draft else "entered")
        return redirect(url_for("results.enter" if form.draft else "sessions.show", number=number), 303)
    return _not_saved(outcome, number, form)


@blueprint.get("/sessions/<number:number>/resultats/modele.<any('csv','xlsx','ods'):kind>")
def model_file(number: int, kind: str) -> ResponseReturnValue:
    sheet = load(reading(), found(number))
    note(Kind.EXPORTED, f"/sessions/{number}/resultats/modele")
    headers = {"Content-Disposition": f"attachment; filename=resultats-{number}.{kind}"}
    return Response(model(kind, sheets.model(sheet)), mimetype=TYPES[kind], headers=headers)


@blueprint.route("/sessions/<number:number>/resultats/fichier", methods=["GET", "POST"])
def bring(number: int) -> ResponseReturnValue:
    """A filled sheet is read, and shown on the page where results are entered; nothing is kept before they are saved there."""
    s = found(number)
    sheet, form = load(reading(), s), Import()
    told: dict[str, Any] = {"columns": sheets.columns(sheet)}
    if not posted():
        return form_page("results/file.html", s, form, Action.ENTER_RESULTS, **told)
    if not may(s.person(actor().role), Action.ENTER_RESULTS, s.facts, clock().today()).ok:
        return form_page("results/file.html", s, form, Action.ENTER_RESULTS, **told)
    if form.file.content is None:
        form.put({"file": "Choisissez un fichier."})
        return form_page("results/file.html", s, form, Action.ENTER_RESULTS, 422, **told)
    try:
        read = sheets.read(form.file.content, sheet)
    except BadFile as error:
        form.put({"file": "Le fichier ne peut pas être lu, et rien n’a été enregistré : corrigez ce que dit la liste."})
        return form_page("results/file.html", s, form, Action.ENTER_RESULTS, 422, broken=error.errors, **told)
    return _entry(s, sheet, {**sheet.stored, **read.entries}, read=read, fresh=read.entries)


def _not_saved(outcome: Changed | Invalid | Refused, number: int, form: forms.Entering) -> ResponseReturnValue:
    """Why nothing was saved, with all that was typed, on the session as it stands now."""
    s = outcome.session if isinstance(outcome, (Changed, actions.MustConfirm)) else found(number)
    sheet = load(reading(), s)
    typed = forms.sent().on(sheet)
    if isinstance(outcome, Refused):
        return _entry(s, sheet, typed.entries, refused=outcome, status=403)
    if isinstance(outcome, actions.MustConfirm):
        return _question(s, sheet, typed.entries)
    if isinstance(outcome, Changed):
        asked = form.confirmed and not sheet.problems(typed.entries) and s.postponed
        if asked and may(s.person(actor().role), Action.ENTER_RESULTS, s.facts, clock().today()).ok:
            return _question(s, sheet, typed.entries, changed=True)
        return _entry(s, sheet, typed.entries, conflict=True, status=409)
    assert isinstance(outcome, actions.Incomplete)
    touched = {*form.wrong.numbers, *outcome.problems}  # in place, the rows that were wrong and those that are: no others change
    return _entry(s, sheet, typed.entries, problems=outcome.problems, status=422, part="manques", touched=touched)


def _entry(
    s: SessionRow,
    sheet: Sheet,
    entries: Mapping[int, Entry],
    *,
    problems: Mapping[int, str] | None = None,
    status: int = 200,
    refused: Refused | None = None,
    part: str = "saisie",
    **more: Any,
) -> ResponseReturnValue:
    """The sheet; in place only this part of its page."""
    verdict = refused or may(s.person(actor().role), Action.ENTER_RESULTS, s.facts, clock().today())
    if isinstance(verdict, Refused) and request.method == "POST":
        status = 403
    told: dict[str, Any] = {
        "s": s,
        "sheet": sheet,
        "entries": entries,
        "unsaved": [number for number, entry in entries.items() if entry and entry != sheet.stored.get(number)],
        "problems": problems or {},
        "verdict": verdict,
        "form": ActualEnd(),
    }
    told["may_set_end"], told["may_give_civil"] = (
        may(s.person(actor().role), action, s.facts, clock().today()).ok for action in (Action.SET_ACTUAL_END, Action.GIVE_CIVIL)
    )
    told["lacking"] = lacking(reading(), s) if told["may_give_civil"] else []
    return page("results/enter.html", status, block=part, place=part, **told, **more)


def _question(s: SessionRow, sheet: Sheet, entries: Mapping[int, Entry], changed: bool = False) -> ResponseReturnValue:
    kept = [(name, value) for name, value in kept_fields() if name.startswith(OUTCOMES)]
    told: dict[str, Any] = {"s": s, "sheet": sheet, "entries": entries, "kept": kept, "changed": changed}
    told["seal"] = actions.seal(work(), s, entries)
    return page("results/question.html", 409 if changed else 200, block="question", place="question", **told)


@blueprint.route("/sessions/<number:number>/resultats/correction", methods=["GET", "POST"])
def correct(number: int) -> ResponseReturnValue:
    form = forms.Correcting(demande=query.text("demande"))
    if posted() and form.validate():
        return _corrected(number, form)
    s = found(number)
    sheet = load(reading(), s)
    if request.method == "POST":
        typed = forms.sent().on(sheet)
        if not posted():
            return _correction(s, sheet, typed.entries, form)
        return _correction(s, sheet, typed.entries, form, problems=typed.nonsense, status=422)
    entries = dict(sheet.stored)
    if (asked := _asked(s, form)) and asked.candidate_id is not None:
        form.reason.typed = asked.reason
        entries[asked.candidate_id] = asked.entry
    return _correction(s, sheet, entries, form)


def _corrected(number: int, form: forms.Correcting) -> ResponseReturnValue:
    sent, given, asked_by = forms.sent(), form.confirmation.typed, number_in(form.demande.typed)
    outcome = actions.correct_results(work(), number, version(), sent, form.reason.text, given, asked_by)
    if isinstance(outcome, (Saved, Unchanged)):
        flash(outcome.message)
        return redirect(url_for("sessions.show", number=number), 303)
    s = outcome.session if isinstance(outcome, (Changed, actions.Affects)) else found(number)
    sheet = load(reading(), s)
    entries = sent.on(sheet).entries
    if isinstance(outcome, Refused):
        return _correction(s, sheet, entries, form, refused=outcome, status=403)
    if isinstance(outcome, actions.Affects):
        seal = actions.seal(work(), s, entries, "correction")
        return _correction(s, sheet, entries, form, effects=outcome.effects, seal=seal)
    if isinstance(outcome, Changed):
        return _correction(s, sheet, entries, form, conflict=True, status=409)
    assert isinstance(outcome, actions.Incomplete)
    form.put(outcome.errors)
    return _correction(s, sheet, entries, form, problems=outcome.problems, status=422)


def _asked(s: SessionRow, form: forms.Correcting) -> Asked | None:
    """The centre's request that this correction answers, as long as it waits."""
    number = number_in(form.demande.typed)
    if number is None or number != s.open_request:
        return None
    asked = find_request(reading(), actor(), number)
    return asked if asked.kind is RequestKind.CORRECTION and may_answer(actor(), asked) else None


def _correction(
    s: SessionRow,
    sheet: Sheet,
    entries: Mapping[int, Entry],
    form: forms.Correcting,
    *,
    problems: Mapping[int, str] | None = None,
    status: int = 200,
    refused: Refused | None = None,
    conflict: bool = False,
    **more: Any,
) -> ResponseReturnValue:
    verdict = refused or may(s.person(actor().role), Action.CORRECT_RESULTS, s.facts, clock().today())
    if isinstance(verdict, Refused) and request.method == "POST":
        status = 403
    more["asked"] = _asked(s, form)
    told: dict[str, Any] = {
        "s": s,
        "sheet": sheet,
        "entries": entries,
        "problems": problems or {},
        "verdict": verdict,
        "conflict": conflict,
    }
    return render_template("results/correct.html", **told, form=form, **more), status
