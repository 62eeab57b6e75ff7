"""The documents of a session, and the public page that checks one."""

import math
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.core.session import SessionRow
from portal.core.sheet import load
from portal.features.accounts.throttle import PaperTried, tried
from portal.features.candidates.queries import find as find_candidate
from portal.features.documents import checking
from portal.features.documents.actions import NotYet, grouped, make, ready
from portal.features.documents.contents import contents
from portal.features.documents.forms import Bearer, Checking
from portal.rules.checks import where_and_whom
from portal.rules.documents import LINE, TABLE, Document, missing, not_yet
from portal.rules.security import Kind
from portal.store.text import one_line
from portal.web import query
from portal.web.forms import posted
from portal.web.noting import note
from portal.web.session_pages import found, verdicts
from portal.web.state import actor, clock, db_to_write, reading, settings, work

blueprint = Blueprint("documents", __name__)
KINDS = "any(" + ",".join(f"'{kind}'" for kind in Document) + ")"


@blueprint.get("/sessions/<number:number>/documents")
def index(number: int) -> ResponseReturnValue:
    return _page(found(number))


def _page(s: SessionRow, status: int = 200, refused: str = "", why: str = "") -> ResponseReturnValue:
    conn = reading()
    today = clock().today()
    lines = [(line, not_yet(line.document, s.status), missing(line.document, s.facts, today)) for line in TABLE]
    sheet = load(conn, s)
    owners = {
        line.document.value: {c.candidate_id for c in contents(conn, actor(), s, line.document, sheet=sheet)}
        for line, why, lacks in lines
        if line.personal and why is None and not lacks
    }
    page: dict[str, Any] = {
        "s": s,
        "rights": verdicts(s),
        "lines": lines,
        "sheet": sheet,
        "owners": owners,
        "refused": refused,
        "why": why,
        "told_where": where_and_whom(s.facts, today),
    }
    return render_template("documents/index.html", **page), status


@blueprint.get(f"/sessions/<number:number>/documents/<{KINDS}:kind>.pdf")
def of_session(number: int, kind: str) -> ResponseReturnValue:
    return _file(number, Document(kind), None)


@blueprint.get(f"/sessions/<number:number>/candidats/<number:candidate_id>/<{KINDS}:kind>.pdf")
def of_candidate(number: int, candidate_id: int, kind: str) -> ResponseReturnValue:
    found(number)
    if not LINE[Document(kind)].personal or find_candidate(reading(), number, candidate_id) is None:
        abort(404)
    return _file(number, Document(kind), candidate_id)


def _file(number: int, kind: Document, candidate_id: int | None) -> ResponseReturnValue:
    if request.method == "HEAD":  # it asks whether there is one: nothing is made, and no code given
        known = ready(reading(), actor(), found(number), kind, candidate_id, clock().today())
        return _not_yet(known, kind) if isinstance(known, NotYet) else Response(mimetype="application/pdf")
    outcome = make(work(), number, kind, candidate_id, settings().public_url)
    if isinstance(outcome, NotYet):
        return _not_yet(outcome, kind)
    note(Kind.EXPORTED, request.path)
    headers = {"Content-Disposition": f"inline; filename={outcome.name}", "Cache-Control": "no-store"}
    return Response(outcome.pdf, mimetype="application/pdf", headers=headers)


def _not_yet(why: NotYet, kind: Document) -> ResponseReturnValue:
    return _page(why.session, 409, refused=LINE[kind].label, why=why.reason)


# ---- open to all


@blueprint.get("/verifier")
def verify_form() -> ResponseReturnValue:
    given = one_line(query.text("code"), 60)
    form = Checking(code=given)
    if not given:
        asked = bool(query.given("code"))
        form.put({"code": "Saisissez le code du document."} if asked else {})
        return render_template("documents/verify.html", form=form), 422 if asked else 200
    code = checking.normal(given)
    if code:
        return redirect(url_for("documents.verify", code=grouped(code)), 303)
    form.put({"code": "Un code a 16 signes, par groupes de quatre, comme ABCD-EFGH-JKMN-PQRS. Vérifiez votre saisie."})
    return render_template("documents/verify.html", form=form), 422


@blueprint.route("/verifier/<code>", methods=["GET", "POST"], strict_slashes=False)
def verify(code: str) -> ResponseReturnValue:
    known = checking.normal(code)
    result = checking.check(reading(), known, settings().unit_label, clock().today()) if known else None
    page: dict[str, Any] = {
        "form": Checking(code="" if result else code[:60]),
        "result": result,
        "asked": True,
        "bearer": Bearer(),
    }
    page["code"] = grouped(known) if known else code[:60]
    if not known or not result:
        page["form"].put({"code": "Aucun document ne porte ce code : relisez-le, signe par signe."})
        return render_template("documents/verify.html", **page), 404
    if not result.personal or not posted():
        return render_template("documents/verify.html", **page)
    if not page["bearer"].validate():
        return render_template("documents/verify.html", **page), 422
    wait = tried(db_to_write(), PaperTried(known, request.remote_addr or ""), clock().now())
    if wait:  # counted before it is compared: nobody finds out by trying
        page["minutes"] = math.ceil(wait.total_seconds() / 60)
        return render_template("documents/verify.html", **page), 429, {"Retry-After": str(page["minutes"] * 60)}
    page["fits"] = checking.is_of(reading(), known, page["bearer"].name.text, page["bearer"].born_on.day)
    return render_template("documents/verify.html", **page, compared=True)
