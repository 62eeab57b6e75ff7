"""The candidates of a session: the list, one person, adding, editing, removing, and a file of them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from portal.core.civil import lacking, of_row, rejected
from portal.core.outcomes import Changed, Invalid, Saved, Unchanged
from portal.core.people import Person
from portal.core.session import SessionRow
from portal.core.sheet import load
from portal.features.candidates import actions, sheets
from portal.features.candidates.adjusting import adjust as adjusting
from portal.features.candidates.adjusting import note_of
from portal.features.candidates.civil import give_civil, offered
from portal.features.candidates.forms import Adjustments, Candidate, CivilStatus, Removal
from portal.features.candidates.queries import Identity, Listed, comes_back_whole, find, known_people, seen_before, way_to
from portal.files.errors import BadFile
from portal.files.models import TYPES, model
from portal.rules.civil import Civil
from portal.rules.duties import Duty
from portal.rules.lifecycle import ACTIVE, Action, Status
from portal.rules.security import Kind
from portal.web import query
from portal.web.forms import Form, posted, version
from portal.web.noting import note_when_shown
from portal.web.session_pages import answer, form_page, found, verdicts
from portal.web.state import actor, clock, only, reading, work
from portal.web.undo import offer_undo
from portal.web.uploads import Import, sealed, unsealed

blueprint = Blueprint("candidates", __name__)
SHOWN = 50


@blueprint.route("/sessions/<number:number>/candidats", methods=["GET", "POST"])
def index(number: int) -> ResponseReturnValue:
    s = found(number)
    form = Candidate()
    if not posted():
        return form_page("candidates/index.html", s, form, Action.EDIT_CANDIDATES, **_list(s))
    if not form.validate():
        return form_page("candidates/index.html", s, form, Action.EDIT_CANDIDATES, 422, **_list(s))
    outcome = actions.add(work(), number, version(), form.person)
    here = url_for("candidates.index", number=number)
    more = {} if isinstance(outcome, (Saved, Unchanged)) else _list(s)
    return answer(outcome, "candidates/index.html", number, form, Action.EDIT_CANDIDATES, here, **more)


def _list(s: SessionRow) -> dict[str, Any]:
    search = query.search()
    own = actor().may(Duty.CREATE_SESSIONS)
    sheet = load(reading(), s)
    return {
        "sheet": sheet,
        "lacking": lacking(reading(), s) if actor().may(Duty.GIVE_DATA) else [],
        "rejected": rejected(reading(), s.number) if actor().may(Duty.GIVE_DATA) and s.status is Status.LOCKED else [],
        "search": search,
        "known": known_people(reading(), s.centre_id, s.number, search) if own else [],
        "rights": verdicts(s),
    }


@blueprint.get("/sessions/<number:number>/candidats/<number:candidate_id>")
def show(number: int, candidate_id: int) -> ResponseReturnValue:
    s, row = found(number), _row(number, candidate_id)
    note_when_shown(Kind.LOOKED)
    person = Person(row.last_name, row.first_name, row.born_on, row.email)
    sheet = load(reading(), s)
    way = way_to(reading(), actor(), s, person.identity)
    page: dict[str, Any] = {"c": row, "person": person, "sheet": sheet, "way": way, "rights": verdicts(s)}
    page["missing"] = next((one.missing for one in lacking(reading(), s) if one.id == candidate_id), ())
    return form_page("candidates/show.html", s, Form(), Action.EDIT_CANDIDATES, **page)


def _row(number: int, candidate_id: int) -> Listed:
    row = find(reading(), number, candidate_id)
    if row is None:
        abort(404)
    return row


@blueprint.route("/sessions/<number:number>/candidats/<number:candidate_id>/modifier", methods=["GET", "POST"])
def edit(number: int, candidate_id: int) -> ResponseReturnValue:
    s, row = found(number), _row(number, candidate_id)
    note_when_shown(Kind.LOOKED)
    form = Candidate(last_name=row.last_name, first_name=row.first_name, born_on=row.born_on, email=row.email)
    page = "candidates/edit.html"
    if not posted():
        return form_page(page, s, form, Action.EDIT_CANDIDATES, c=row)
    if not form.validate():
        return form_page(page, s, form, Action.EDIT_CANDIDATES, 422, c=row)
    outcome = actions.edit(work(), number, version(), candidate_id, form.person)
    to = url_for("candidates.show", number=number, candidate_id=candidate_id)
    return answer(outcome, page, number, form, Action.EDIT_CANDIDATES, to, c=row)


@blueprint.route("/sessions/<number:number>/candidats/<number:candidate_id>/etat-civil", methods=["GET", "POST"])
def edit_civil(number: int, candidate_id: int) -> ResponseReturnValue:
    only(Duty.GIVE_DATA)
    s, row = found(number), _row(number, candidate_id)
    note_when_shown(Kind.LOOKED)
    form = CivilStatus(**asdict(offered(reading(), s.centre_id, row)))
    page = "candidates/civil.html"
    told: dict[str, Any] = {"c": row, "person": Person(row.last_name, row.first_name, row.born_on), "stored": of_row(row)}
    if not posted():
        return form_page(page, s, form, Action.GIVE_CIVIL, **told)
    if not form.validate():
        return form_page(page, s, form, Action.GIVE_CIVIL, 422, **told)
    outcome = give_civil(work(), number, version(), candidate_id, form.civil)
    to = url_for("candidates.show", number=number, candidate_id=candidate_id)
    return answer(outcome, page, number, form, Action.GIVE_CIVIL, to, **told)


@blueprint.route("/sessions/<number:number>/candidats/<number:candidate_id>/amenagements", methods=["GET", "POST"])
def adjust(number: int, candidate_id: int) -> ResponseReturnValue:
    s, row = found(number), _row(number, candidate_id)
    only(Duty.KEEP_ADJUSTMENTS)
    note_when_shown(Kind.LOOKED)
    form = Adjustments(note=note_of(reading(), candidate_id))
    page, person = "candidates/adjust.html", Person(row.last_name, row.first_name, row.born_on)
    if not posted():
        return form_page(page, s, form, Action.EDIT_CANDIDATES, c=row, person=person)
    if not form.validate():
        return form_page(page, s, form, Action.EDIT_CANDIDATES, 422, c=row, person=person)
    outcome = adjusting(work(), number, version(), candidate_id, form.note.text)
    to = url_for("candidates.show", number=number, candidate_id=candidate_id)
    return answer(outcome, page, number, form, Action.EDIT_CANDIDATES, to, c=row, person=person)


@blueprint.route("/sessions/<number:number>/candidats/<number:candidate_id>/retrait", methods=["GET", "POST"])
def remove(number: int, candidate_id: int) -> ResponseReturnValue:
    s, form = found(number), Removal()
    note_when_shown(Kind.LOOKED)
    if not posted():
        return form_page("candidates/remove.html", s, form, Action.REMOVE_CANDIDATE, c=_row(number, candidate_id))
    row = find(reading(), number, candidate_id)
    if not form.validate():
        return form_page("candidates/remove.html", s, form, Action.REMOVE_CANDIDATE, 422, c=row)
    whole = row is not None and s.status is not Status.CONVOKED and comes_back_whole(reading(), row)
    outcome = actions.remove(work(), number, version(), candidate_id, form.reason.text)
    to = url_for("candidates.index", number=number)
    if row is not None and whole and isinstance(outcome, Saved) and (anew := _anew(row)):
        offer_undo(to, version=version() + 1, **anew)
    return answer(outcome, "candidates/remove.html", number, form, Action.REMOVE_CANDIDATE, to, c=row)


def _anew(row: Listed) -> dict[str, str]:
    """What adds this person anew; nothing where the form would not take it, as of somebody who was taken over from elsewhere."""
    sent = {name: str(getattr(row, name)) for name in ("last_name", "first_name", "born_on", "email")}
    form = Candidate()
    form.process(MultiDict(sent))
    return sent if form.validate() else {}


# ---- a file


@blueprint.get("/sessions/<number:number>/candidats/modele.<any('csv','xlsx','ods'):kind>")
def model_file(number: int, kind: str) -> ResponseReturnValue:
    found(number)
    headers = {"Content-Disposition": f"attachment; filename=modele-candidats.{kind}"}
    return Response(model(kind, sheets.MODEL), mimetype=TYPES[kind], headers=headers)


@blueprint.route("/sessions/<number:number>/candidats/import", methods=["GET", "POST"])
def import_file(number: int) -> ResponseReturnValue:
    s = found(number)
    form = Import()
    page = "candidates/import.html"
    if not posted():
        return form_page(page, s, form, _importing(s))
    if form.content.typed:
        return _import(s, form)
    data = form.file.content
    if data is None:
        form.put({"file": "Choisissez un fichier."})
        return form_page(page, s, form, _importing(s), 422)
    try:
        lines, notes = sheets.read(data, clock().today(), _civils(number))
    except BadFile as error:
        form.put({"file": "Le fichier ne peut pas être lu, et rien n’a été enregistré : corrigez ce que dit la liste."})
        return form_page(page, s, form, _importing(s), 422, broken=error.errors)
    return form_page(page, s, form, _importing(s), **_preview(s, lines), notes=notes)


def _importing(s: SessionRow) -> Action:
    """Once the results are saved, a file completes the civil status of the candidates that there are."""
    return Action.EDIT_CANDIDATES if s.status in ACTIVE else Action.GIVE_CIVIL


def _civils(number: int) -> dict[Identity, Civil]:
    """What is known of those on the list."""
    return {who: of_row(row) for who, row in actions.listed(reading(), number).items()}


def _preview(s: SessionRow, lines: Sequence[sheets.Read]) -> dict[str, Any]:
    good = [line for line in lines if line.good]
    people = [line.person for line in good if line.person]
    return {
        "good": good[:SHOWN],
        "count": len(good),
        "bad": [line for line in lines if line.problems],
        "twins": [line for line in lines if line.twin],
        "before": seen_before(reading(), s.centre_id, s.number, [p.identity for p in people]),
        "content": sealed([s.number, s.version, [_carried(line, line.person) for line in good if line.person]]),
        "preview": True,
    }


def _carried(line: sheets.Read, p: Person) -> list[object]:
    return [p.last_name, p.first_name, p.born_on.isoformat(), p.email, dict(line.civil)]


def _import(s: SessionRow, form: Import) -> ResponseReturnValue:
    """« Importer »: the people that the preview showed, if it was of this session."""
    content = unsealed(form.content.typed)
    if not content or content[0] != s.number:
        form.put({"file": "Cet aperçu n’est plus valable : choisissez le fichier de nouveau. Rien n’a été enregistré."})
        return form_page("candidates/import.html", s, form, _importing(s), 422)
    told = [(Person(last, first, date.fromisoformat(born), email), civil) for last, first, born, email, civil in content[2]]
    civils = {person.identity: civil for person, civil in told if civil}
    outcome = actions.add_all(work(), s.number, content[1], [person for person, _ in told], civils)
    if isinstance(outcome, Changed):  # the list may have grown: the same file, told again against the list of now
        known = _civils(s.number)
        lines = [
            sheets.told_of_listed(i, {}, p, civil, known[p.identity])
            if p.identity in known
            else sheets.Read(i, {}, p, civil=civil)
            for i, (p, civil) in enumerate(told, 2)
        ]
        return form_page(
            "candidates/import.html", outcome.session, form, _importing(s), 409, changed=True, **_preview(outcome.session, lines)
        )
    if isinstance(outcome, Invalid):
        flash(outcome.errors["file"])
        return redirect(url_for("candidates.index", number=s.number), 303)
    to = url_for("candidates.index", number=s.number)
    return answer(outcome, "candidates/import.html", s.number, form, _importing(s), to)
