"""A file of centres, titles, approvals, sessions or candidates, on screen: read, shown with what it would change, then taken over."""

import secrets
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.core.outcomes import Invalid
from portal.features.taking_over.actions import Preview, rehearse, take_over, told
from portal.features.taking_over.kinds import KINDS, Kind
from portal.features.taking_over.reading import in_words, read
from portal.files.errors import BadFile
from portal.files.found import Found
from portal.files.models import TYPES, model
from portal.rules.french import plural
from portal.web.forms import posted
from portal.web.state import only, work
from portal.web.uploads import Import, sealed, unsealed

blueprint = Blueprint("taking_over", __name__)
BACK = {"centres": "centres.index", "titres": "titles.index", "agrements": "reference.index"}


def bring(what: str) -> ResponseReturnValue:
    """The page of one kind of file."""
    kind, form = KINDS[what], Import()
    only(kind.duty)
    if not posted():
        return _page(kind, form)
    if form.content.typed:
        return _take_over(kind, form)
    if form.file.content is None:
        form.put({"file": "Choisissez un fichier."})
        return _page(kind, form, 422)
    try:
        found = read(kind, form.file.content)
        preview = rehearse(work(), kind, found)
    except BadFile as error:
        return _wrong(kind, form, error, 422)
    if isinstance(preview, Invalid):
        form.put(preview.errors)
        return _page(kind, form, 409)
    content = {"what": what, "key": secrets.token_hex(16), "rows": found.rows, "notes": found.notes}
    return _page(kind, form, preview=preview, content=sealed(content) if preview.added or preview.changed else "")


def _take_over(kind: Kind, form: Import) -> ResponseReturnValue:
    content = unsealed(form.content.typed)
    if not isinstance(content, dict) or content.get("what") != kind.key:
        form.put({"file": "Cet aperçu n’est plus valable : choisissez le fichier de nouveau. Rien n’a été enregistré."})
        return _page(kind, form, 422)
    found = Found([(number, cells) for number, cells in content["rows"]], tuple(content["notes"]))
    try:
        done = take_over(work(), kind, found, content["key"])
    except BadFile as error:
        return _wrong(kind, form, error, 409)
    if isinstance(done, Invalid):
        form.put(done.errors)
        return _page(kind, form, 409)
    flash(told(done))
    return redirect(url_for(BACK.get(kind.key, "sessions.index")), 303)


def _wrong(kind: Kind, form: Import, error: BadFile, status: int) -> ResponseReturnValue:
    errors = in_words(kind, error.errors)
    form.put({"file": f"{plural(len(errors), 'erreur')} dans ce fichier : rien n’a été enregistré."})
    return _page(kind, form, status, errors)


def _page(
    kind: Kind, form: Import, status: int = 200, errors: Sequence[object] = (), preview: Preview | None = None, content: str = ""
) -> ResponseReturnValue:
    page: dict[str, Any] = {"kind": kind, "form": form, "errors": errors, "preview": preview, "content": content}
    return render_template("taking_over/file.html", **page), status


def example(what: str, kind: str) -> ResponseReturnValue:
    """A file to begin with."""
    only(KINDS[what].duty)
    headers = {"Content-Disposition": f"attachment; filename=exemple-{what}.{kind}"}
    return Response(model(kind, KINDS[what].model), mimetype=TYPES[kind], headers=headers)


for key in KINDS:
    blueprint.add_url_rule(f"/{key}/fichier", view_func=bring, methods=["GET", "POST"], defaults={"what": key})
    blueprint.add_url_rule(f"/{key}/fichier/exemple.<any('csv','xlsx','ods'):kind>", view_func=example, defaults={"what": key})
