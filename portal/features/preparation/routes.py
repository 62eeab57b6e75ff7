"""« Créer une session »: a form, a copy of an earlier one, or a file of many."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.core.approvals import ApprovedTitle, of_centre
from portal.core.centres import own
from portal.core.grants import to_create
from portal.core.outcomes import Doubtful
from portal.features.preparation import sheets
from portal.features.preparation.actions import Created, NewSession, Wrong, create, created_by
from portal.features.preparation.forms import Creating
from portal.files.errors import BadFile
from portal.files.models import TYPES, model
from portal.rules.duties import Duty
from portal.rules.french import parse_day, plural
from portal.rules.lifecycle import Kind
from portal.rules.lines import Refused
from portal.rules.titles import may_start
from portal.web import query
from portal.web.doubts import confirmed, doubts_page
from portal.web.forms import number_in, posted
from portal.web.fragments import page
from portal.web.session_pages import found
from portal.web.state import actor, clock, reading, settings, work
from portal.web.uploads import Import, sealed, unsealed

blueprint = Blueprint("preparation", __name__)
SHOWN = 50
# A form's creation key stands in its address: whoever comes back to it finds the same form, and creates no twin.
KEY = re.compile(r"[0-9a-f]{32}")
AGAIN = "Cette session est déjà créée : la voici. Pour une autre, choisissez de nouveau « Créer une session »."


def _centre_only() -> int:
    """Only a centre creates sessions: for others these addresses do not exist."""
    if not actor().may(Duty.CREATE_SESSIONS) or actor().centre_id is None:
        abort(404)
    return actor().centre_id or 0


@blueprint.route("/sessions/nouvelle", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    centre_id = _centre_only()
    copied = {} if request.method == "POST" else _copied()
    key = query.text("cle")
    if not KEY.fullmatch(key):
        key = secrets.token_hex(16)
        if request.method != "POST":
            kept: dict[str, Any] = {**query.everything().to_dict(), "cle": key}
            return redirect(url_for("preparation.new", **kept))
    form = Creating(
        **{
            "title": query.text("title"),
            "kind": Kind.TITLE.value,
            "starts_on": query.text("starts_on"),
            "ends_on": query.text("ends_on"),
            "session_manager": actor().name,
            "key": key,
            **copied,
        }
    )
    if not posted():
        return _new(centre_id, form)
    if not form.validate():
        return _new(centre_id, form, 422)
    wanted = NewSession(
        form.title.picked,
        Kind(form.kind.chosen),
        form.starts_on.day,
        form.ends_on.day,
        form.place.text,
        form.session_manager.text,
    )
    jury_of = number_in(form.model.typed) if form.with_jury.ticked else None
    outcome = create(work(), [wanted], form.key.key, jury_of, confirmed())
    if isinstance(outcome, Doubtful):
        return doubts_page(outcome, form)
    if isinstance(outcome, Refused):
        return _new(centre_id, form, 403)
    if isinstance(outcome, Wrong):
        form.put(outcome.errors[0])
        return _new(centre_id, form, 422)
    flash(AGAIN if outcome.again else "Session créée. Inscrivez les candidats, puis choisissez le jury.")
    return redirect(url_for("sessions.show", number=outcome.numbers[0]), 303)


def _copied() -> dict[str, str]:
    """« Copier cette session »: everything but its dates and its candidates."""
    number = query.number("modele")
    if number is None:
        return {}
    s = found(number)
    return {
        "title": str(s.title_id),
        "kind": s.kind.value,
        "place": s.place,
        "session_manager": s.session_manager or actor().name,
        "model": str(number),
        "with_jury": "1" if s.jury else "",
    }


def _new(centre_id: int, form: Creating, status: int = 200) -> ResponseReturnValue:
    titles = of_centre(reading(), centre_id)
    start = parse_day(form.starts_on.typed) or clock().today()
    offered, closed = [], []
    for title in titles.values():
        verdict = may_start(title.approvals, start)
        if isinstance(verdict, str) and any(a.last_start for a in title.approvals) and to_create(reading(), centre_id, title.id):
            verdict = may_start(title.approvals, start, granted=True)
        if isinstance(verdict, str):
            closed.append((title, verdict))
        else:
            offered.append((title, verdict))
    hands = work()
    created = created_by(reading(), hands, form.key.key) if status == 200 else None
    told: dict[str, Any] = {
        "form": form,
        "created": created,
        "offered": offered,
        "closed": closed,
        "day_asked": start,
        "own": own(reading(), centre_id, settings().unit_label),
    }
    return page("preparation/new.html", status, block="titres", **told)


# ---- a file of many


@blueprint.get("/sessions/nouvelles/modele.<any('csv','xlsx','ods'):kind>")
def model_file(kind: str) -> ResponseReturnValue:
    _centre_only()
    headers = {"Content-Disposition": f"attachment; filename=modele-sessions.{kind}"}
    return Response(model(kind, sheets.MODEL), mimetype=TYPES[kind], headers=headers)


@blueprint.route("/sessions/nouvelles", methods=["GET", "POST"])
def import_file() -> ResponseReturnValue:
    centre_id = _centre_only()
    form = Import()
    if not posted():
        return _file_page(form)
    if form.content.typed:
        return _import(form)
    data = form.file.content
    if data is None:
        form.put({"file": "Choisissez un fichier."})
        return _file_page(form, 422)
    titles = of_centre(reading(), centre_id)
    try:
        lines, notes = sheets.read(data, titles, clock().today())
    except BadFile as error:
        form.put({"file": "Le fichier ne peut pas être lu, et rien n’a été enregistré : corrigez ce que dit la liste."})
        return _file_page(form, 422, broken=error.errors)
    return _file_page(form, **_preview(lines, titles), notes=notes)


def _preview(lines: Sequence[sheets.Read], titles: dict[int, ApprovedTitle]) -> dict[str, Any]:
    good = [line for line in lines if line.new]
    content = {"key": secrets.token_hex(16), "sessions": [_plain(line.new) for line in good if line.new]}
    return {
        "good": good[:SHOWN],
        "count": len(good),
        "bad": [line for line in lines if line.problems],
        "unlikely": [line for line in good if line.doubts],
        "titles": titles,
        "content": sealed(content),
        "preview": True,
    }


def _plain(new: NewSession) -> dict[str, Any]:
    return {**asdict(new), "starts_on": new.starts_on.isoformat(), "ends_on": new.ends_on.isoformat()}


def _import(form: Import) -> ResponseReturnValue:
    """« Importer »: the sessions that the preview showed, if they may still be created."""
    content = unsealed(form.content.typed)
    if not isinstance(content, dict) or not content.get("sessions"):
        form.put({"file": "Cet aperçu n’est plus valable : choisissez le fichier de nouveau. Rien n’a été enregistré."})
        return _file_page(form, 422)
    wanted = [
        NewSession(
            p["title_id"], Kind(p["kind"]), date.fromisoformat(p["starts_on"]), date.fromisoformat(p["ends_on"]), p["place"],
            p["session_manager"],
        )
        for p in content["sessions"]
    ]  # fmt: skip
    outcome = create(work(), wanted, content["key"])
    if isinstance(outcome, Refused):
        return _file_page(form, 403)
    if not isinstance(outcome, Created):
        form.put({"file": "Depuis l’aperçu, ces sessions ne peuvent plus toutes être créées : choisissez le fichier de nouveau."})
        return _file_page(form, 409)
    flash(
        "Ces sessions sont déjà créées."
        if outcome.again
        else f"{plural(len(outcome.numbers), 'session créée', 'sessions créées')}."
    )
    return redirect(url_for("sessions.index", statut="en_preparation"), 303)


def _file_page(form: Import, status: int = 200, **page: Any) -> ResponseReturnValue:
    page["own"] = own(reading(), actor().centre_id or 0, settings().unit_label)
    return render_template("preparation/import.html", form=form, columns=sheets.COLUMNS, **page), status
