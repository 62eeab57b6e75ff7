"""« Se connecter avec ProConnect »: to the identity provider, and back."""

from dataclasses import astuple

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.features.accounts.actions import sign_out
from portal.features.accounts.queries import by_id
from portal.features.provider.actions import NoAccount, sign_in_as
from portal.features.provider.asking import Asking, CannotTell, Started
from portal.web import query
from portal.web.arriving import enter, own_path, wait_for_code
from portal.web.kept import put_back
from portal.web.state import clock, db_to_write, labels, reading, settings
from portal.web.whence import device

blueprint = Blueprint("provider", __name__)
ASKED = "fournisseur"


def _asking() -> Asking:
    provider = settings().provider
    if provider is None:
        abort(404)
    address = f"{settings().public_url}{url_for('provider.back')}"
    return Asking(provider, address, clock().moment(), current_app.extensions.get("provider_transport"))


@blueprint.get("/connexion/proconnect")
def go() -> ResponseReturnValue:
    target = own_path(query.text("suite"))
    try:
        url, started = _asking().start(again=current_user.is_authenticated)
    except CannotTell as error:
        return _refused(error.why)
    session[ASKED] = [*astuple(started), target]
    return redirect(url)


@blueprint.get("/connexion/proconnect/retour")
def back() -> ResponseReturnValue:
    asking = _asking()
    asked = session.pop(ASKED, None) if request.method == "GET" else None  # HEAD asks nothing of anybody
    if not asked:
        return _refused("not_so")
    *parts, target = asked
    try:
        who = asking.finish(Started(*parts), query.everything().to_dict())
    except CannotTell as error:
        return _refused(error.why)
    now = clock().now()
    answer = sign_in_as(db_to_write(), now, who, device())
    if isinstance(answer, NoAccount):
        return _refused("no_account", answer.email)
    if current_user.is_authenticated:
        sign_out(db_to_write(), now, current_user.get_id())
    kept = put_back()
    if answer.awaits_code:
        return wait_for_code(answer.token, target, kept)
    actor = by_id(reading(), answer.account_id, labels())
    assert actor
    return enter(actor, answer.token, target, kept)


def _refused(why: str, email: str = "") -> ResponseReturnValue:
    flash(render_template("provider/refusals.txt", why=why, email=email).strip(), "refused")
    return redirect(url_for("accounts.sign_in"), 303)
