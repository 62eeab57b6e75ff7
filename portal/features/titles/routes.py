"""`/titres`: everybody reads the titles; the national account opens and changes them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.core.keeping import about
from portal.core.outcomes import Invalid, Stale
from portal.features.past.things import history
from portal.features.titles import actions, queries
from portal.features.titles.forms import STATES, CardForm, KnownCertificate, NewCertificate, NewTitle
from portal.rules.duties import Duty
from portal.rules.titles import GENERAL_EXTENSION_MONTHS, last_start
from portal.store.titles import CertificateKind
from portal.web import query
from portal.web.conflicts import differing
from portal.web.forms import posted, version
from portal.web.state import clock, only, reading, work

blueprint = Blueprint("titles", __name__)


@blueprint.get("/titres")
def index() -> ResponseReturnValue:
    state = query.text("etat") if query.text("etat") in STATES else ""
    rows = queries.titles(reading(), query.search(), state, clock().today())
    told: dict[str, Any] = {"rows": rows, "search": query.search(), "state": state, "states": STATES}
    return render_template("titles/index.html", **told, last_start=last_start)


@blueprint.route("/titres/nouveau", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    only(Duty.KEEP_TITLES)
    form = NewTitle(extension_months=GENERAL_EXTENSION_MONTHS)
    if not posted():
        return render_template("titles/new.html", form=form)
    if not form.validate():
        return render_template("titles/new.html", form=form), 422
    outcome = actions.open_title(work(), str(form.code.value), form.card)
    if isinstance(outcome, Invalid):
        form.put(outcome.errors)
        return render_template("titles/new.html", form=form), 422
    flash(outcome.message)
    return redirect(url_for("titles.show", code=outcome.code), 303)


@blueprint.route("/titres/<path:code>", methods=["GET", "POST"])
def show(code: str) -> ResponseReturnValue:
    stored = queries.card(queries.found(reading(), code))
    if request.method == "POST":
        only(Duty.KEEP_TITLES)
    form = CardForm(**stored)
    if not posted():
        return _show(code, form)
    if not form.validate():
        return _show(code, form, 422)
    outcome = actions.change(work(), code, version(), form.card, form.confirmed.typed)
    if isinstance(outcome, actions.Asked):
        form.confirmed.typed = outcome.seal
        return _show(code, form, 422, stranded=outcome.stranded)
    if isinstance(outcome, Stale):
        return _show(code, form, 409, conflict=True)
    return _answer(outcome, code, form)


def _answer(
    outcome: actions.Outcome, code: str, form: CardForm, added: NewCertificate | None = None, **more: Any
) -> ResponseReturnValue:
    if isinstance(outcome, Stale):
        return _show(code, form, 409, added, conflict=True, **more)
    if isinstance(outcome, Invalid):
        (added or form).put(outcome.errors)
        return _show(code, form, 422, added)
    flash(outcome.message)
    return redirect(url_for("titles.show", code=code), 303)


def _show(
    code: str, form: CardForm, status: int = 200, added: NewCertificate | None = None, conflict: bool = False, **more: Any
) -> ResponseReturnValue:
    conn = reading()
    t = queries.found(conn, code)
    told: dict[str, Any] = {
        "t": t,
        "form": form,
        "added": added or NewCertificate(certificate_kind=CertificateKind.CCP.value),
        "certificates": queries.certificates(conn, t.id),
        "why_kept": actions.WHY_KEPT,
        "conflict": differing(form, queries.card(t)) if conflict else None,
        "last_start": last_start(t.expires_on, t.extension_months),
        "history": history(conn, about("title", code)),
    }
    return render_template("titles/show.html", **told, **more), status


@blueprint.post("/titres/<path:code>/certificats")
def add_certificate(code: str) -> ResponseReturnValue:
    only(Duty.KEEP_TITLES)
    form, added = CardForm(**queries.card(queries.found(reading(), code))), NewCertificate()
    if not posted():
        return _show(code, form, 200, added)
    if not added.validate():
        return _show(code, form, 422, added)
    kind = CertificateKind(added.certificate_kind.chosen)
    outcome = actions.add_certificate(work(), code, version(), kind, added.certificate_label.text)
    return _answer(outcome, code, form, added)


@blueprint.post("/titres/<path:code>/certificats/<number:certificate_id>")
def change_certificate(code: str, certificate_id: int) -> ResponseReturnValue:
    only(Duty.KEEP_TITLES)
    form, known = CardForm(**queries.card(queries.found(reading(), code))), KnownCertificate()
    if not posted():
        return _show(code, form, wrong=certificate_id, known=known)
    if known.retirer.sent:
        return _answer(actions.remove_certificate(work(), code, version(), certificate_id), code, form)
    if not known.validate():
        return _show(code, form, 422, wrong=certificate_id, known=known)
    outcome = actions.rename_certificate(work(), code, version(), certificate_id, known.renamed.text)
    if isinstance(outcome, Invalid):
        known.put(outcome.errors)
        return _show(code, form, 422, wrong=certificate_id, known=known)
    return _answer(outcome, code, form, wrong=certificate_id, known=known)
