"""The signed head of the trail, open to all, and whether a kept one is continued."""

from base64 import b64encode

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from portal.core.heads import differs, kept_head, path_from, signer
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
    """Whether the trail of today continues a head that somebody kept, and what shows it (RFC 9162, 2.1.4)."""
    form, signs, conn = Kept(point=query.text("point")), signer(settings()), reading()
    if not form.point.typed:
        return render_template("journal/check.html", form=form)
    try:
        kept = kept_head(conn, form.point.text, signs.key)
    except NoHead as why:
        form.put({"point": f"{str(why)[0].upper()}{str(why)[1:]}."})
        return render_template("journal/check.html", form=form), 422
    tree = Tree(conn)
    now, path = head_of(tree, signs.key.name), path_from(tree, kept)
    shown = [signs.note(now), *(b64encode(beside).decode() for beside in path)]
    broken = differs(kept, now, path)
    return render_template("journal/check.html", form=form, kept=kept, now=now, broken=broken, shown=shown)
