"""The signed head of the trail, open to all, and whether a kept one is continued."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from portal.core.heads import against, kept_head, signer
from portal.core.heads import head as head_of
from portal.features.journal.forms import Kept
from portal.files.note import NoHead
from portal.store.nodes import Tree
from portal.web import query
from portal.web.state import reading, settings

blueprint = Blueprint("journal", __name__)


@blueprint.get("/journal")
def head() -> ResponseReturnValue:
    signs = signer(settings())
    return _plain(signs.note(head_of(Tree(reading()), signs.key.name)))


@blueprint.get("/journal/cle")
def key() -> ResponseReturnValue:
    return _plain(f"{signer(settings()).key.line}\n")


def _plain(text: str) -> Response:
    return Response(text, mimetype="text/plain", headers={"Cache-Control": "no-store"})


@blueprint.get("/journal/verifier")
def check() -> ResponseReturnValue:
    """Whether the trail of today continues a head that somebody kept."""
    form = Kept(point=query.text("point"))
    if not form.point.typed:
        return render_template("journal/check.html", form=form)
    try:
        kept = kept_head(reading(), form.point.text, signer(settings()).key)
    except NoHead as why:
        form.put({"point": f"{str(why)[0].upper()}{str(why)[1:]}."})
        return render_template("journal/check.html", form=form), 422
    today, broken = against(reading(), kept)
    return render_template("journal/check.html", form=form, kept=kept, now=today, broken=broken)
