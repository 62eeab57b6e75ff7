"""Signing in and out."""

import math
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, logout_user
from flask_wtf import CSRFProtect

from portal.core import invitations
from portal.features.accounts import actions, own, queries
from portal.features.accounts.actions import SignedIn, TooSoon, WrongPassword
from portal.features.accounts.forms import Forgotten, OtherPassword, OwnPassword, SignIn
from portal.rules.lifecycle import Role
from portal.store.actors import Actor
from portal.web import devices, query
from portal.web.arriving import SEEN, SignedInUser, enter, own_path, wait_for_code
from portal.web.forms import posted
from portal.web.fragments import page
from portal.web.kept import kept_before, kept_fields
from portal.web.state import clock, db_to_write, hands_of, is_of_another, labels, reading, see_as, settings, work
from portal.web.whence import device

blueprint = Blueprint("accounts", __name__)
WAITING = {"second_factor.code", "second_factor.challenge"}  # the password was right, and is not enough
GUARDED = {
    "access.accept",
    "access.confirm_email",
    "accounts.forgotten",
    "accounts.choose_again",
    "convocations.candidate",
    "convocations.juror",
    *WAITING,
}
OPEN = {
    "accounts.sign_in",
    "access.accept",
    "access.confirm_email",
    "accounts.forgotten",
    "accounts.choose_again",
    "calendars.feed",
    "convocations.agenda",
    "convocations.candidate",
    "convocations.juror",
    "convocations.paper",
    "documents.verify",
    "documents.verify_form",
    "health.healthz",
    "health.readyz",
    "information.show_accessibility",
    "information.show_chart",
    "information.show_help",
    "information.show_legal",
    "information.show_map",
    "information.show_privacy",
    "information.show_to_try",
    "journal.check",
    "journal.head",
    "journal.key",
    "provider.back",
    "provider.go",
    *WAITING,
    "static",
}


def sign_in_manager(manager: LoginManager, app: Flask, csrf: CSRFProtect) -> None:
    @manager.user_loader
    def load(token: str) -> SignedInUser | None:
        now = clock().now()
        found = queries.signed_in(reading(), token, now, labels())
        before = session.get(SEEN)
        if found is None or _idle(found.actor, now):
            return None
        see_as(found.actor)
        if before is not None and session[SEEN] != before and request.method in ("GET", "POST"):
            own.seen(db_to_write(), now, token)
        return SignedInUser(found.actor, token, found.unread, found.closing_near, found.proof)

    @app.before_request
    def signed_in_first() -> ResponseReturnValue | None:
        """Nothing but the sign-in is open to a visitor; what was posted by one is kept through the sign-in."""
        if request.endpoint in OPEN and request.endpoint != "accounts.sign_in":
            if request.endpoint in GUARDED:
                csrf.protect()
            return None
        if request.endpoint == "accounts.sign_in" or current_user.is_authenticated:
            csrf.protect()
            return None
        # An address that leads nowhere is carried nowhere: it may be a private link, spoilt on its way.
        target = request.full_path.rstrip("?") if request.endpoint else "/"
        if request.method == "POST" and request.endpoint != "accounts.sign_out":
            return page("accounts/sign_in.html", 401, form=SignIn(suite=target), kept=kept_fields())
        if request.endpoint == "accounts.sign_out":
            return redirect(url_for("accounts.sign_in"))
        return redirect(url_for("accounts.sign_in", suite=target if target != "/" else None))


IDLE = {role: timedelta(hours=2) for role in Role} | {Role.CENTRE: timedelta(hours=4)}  # there an exam is typed in with pauses
SEEN_AGAIN = timedelta(minutes=5)  # what the cookie says is no more exact, so that not every answer sets one


def _idle(actor: Actor, now: datetime) -> bool:
    """Whether nothing was asked for too long; the cookie, which we signed, says when something was last."""
    since = timedelta(seconds=now.timestamp() - float(session.get(SEEN, 0)))
    if SEEN in session and since > IDLE[actor.role]:
        return True
    if SEEN not in session or abs(since) > SEEN_AGAIN:
        session[SEEN] = now.timestamp()
    return False


def _page(form: SignIn, kept: list[tuple[str, str]], **more: Any) -> str:
    return render_template("accounts/sign_in.html", form=form, kept=kept, **more)


@blueprint.route("/connexion", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    form = SignIn(suite=query.text("suite"))
    kept = kept_before()
    if not posted() or form.etape.typed:  # too late for the code
        return redirect(url_for("day.show")) if current_user.is_authenticated else _page(form, kept)
    if not form.validate():
        return _page(form, kept), 422
    email, password = form.email.text, form.password.secret
    browser = devices.name() if devices.knows(email) else ""
    answer = actions.sign_in_with(db_to_write(), clock().now(), email, password, device(), browser)
    if isinstance(answer, TooSoon):
        form.put({"password": _too_soon(answer.wait)})
        return _page(form, kept), 429, {"Retry-After": str(math.ceil(answer.wait.total_seconds()))}
    if not isinstance(answer, SignedIn):
        form.put({"password": "L’adresse électronique ou le mot de passe ne convient pas. Vérifiez les deux, puis réessayez."})
        return _page(form, kept), 422
    if current_user.is_authenticated:
        actions.sign_out(db_to_write(), clock().now(), current_user.get_id())
    target = own_path(form.suite.typed)
    if answer.awaits_code:
        return wait_for_code(answer.token, target, kept)
    actor = queries.by_email(reading(), email, labels())
    assert actor
    return enter(actor, answer.token, target, kept)


@blueprint.post("/deconnexion")
def sign_out() -> ResponseReturnValue:
    token = current_user.get_id()
    actions.sign_out(db_to_write(), clock().now(), token)
    logout_user()
    session.clear()
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.route("/connexion/oubli", methods=["GET", "POST"])
def forgotten() -> ResponseReturnValue:
    form = Forgotten()
    if not posted():
        return render_template("accounts/forgotten.html", form=form, sent=False)
    if not form.validate():
        return render_template("accounts/forgotten.html", form=form, sent=False), 422
    email, browser = form.email.text, devices.name() if devices.knows(form.email.text) else ""
    asked = own.ask_link(db_to_write(), clock().now(), email, request.remote_addr or "", browser)
    if asked is None:
        return render_template("accounts/forgotten.html", form=form, sent=True)
    minutes = math.ceil(asked.wait.total_seconds() / 60)
    form.put({"email": _many_links(minutes)})
    return render_template("accounts/forgotten.html", form=form, sent=False), 429, {"Retry-After": str(minutes * 60)}


@blueprint.route("/connexion/oubli/<token>", methods=["GET", "POST"], strict_slashes=False)
def choose_again(token: str) -> ResponseReturnValue:
    found = invitations.password_token(settings().signing_keys, token, clock().now())
    actor = queries.by_id(reading(), found[0], labels()) if found else None
    if not found or not actor or own.marked(reading(), found[0]) != found[1]:
        return render_template("accounts/link_over.html", minutes=invitations.PASSWORD_MINUTES), 410
    if is_of_another(found[0]):
        return render_template("accounts/others_link.html"), 410
    form = OtherPassword()
    if posted() and form.typed_twice():
        why = own.choose_again(hands_of(actor), found[1], form.password.secret)
        if why is None:
            flash("Votre mot de passe a changé, et vos connexions ont pris fin. Connectez-vous.")
            response = make_response(redirect(url_for("accounts.sign_in"), 303))
            devices.remember(response, actor.email)  # whoever reads the account's mails is its owner: in, while others guess
            return response
        form.put({"password": why})
    return render_template("accounts/choose.html", form=form, actor=actor, again=True), 422 if form.problems else 200


@blueprint.route("/compte", methods=["GET", "POST"])
def mine() -> ResponseReturnValue:
    form = OwnPassword()
    if not posted() or not form.typed_twice():
        return _mine(form, 422 if form.problems else 200)
    current, new = form.current_password.secret, form.password.secret
    answer = own.change(work(), current, new, request.remote_addr or "", current_user.get_id())
    if answer is None:
        flash("Votre mot de passe a changé, et vos autres connexions ont pris fin.")
        return redirect(url_for("accounts.mine"), 303)
    if isinstance(answer, TooSoon):
        form.put({"current_password": _too_soon(answer.wait)})
        return _mine(form, 429)
    wrong = isinstance(answer, WrongPassword)
    form.put({"current_password": "Ce n’est pas votre mot de passe actuel."} if wrong else {"password": str(answer)})
    return _mine(form, 422)


def _mine(form: OwnPassword, status: int) -> ResponseReturnValue:
    since = clock().now() - queries.LONGEST_SIGN_IN
    found = own.open_sign_ins(reading(), current_user.actor, since, current_user.get_id())
    return render_template("accounts/mine.html", form=form, sign_ins=found, post=current_user.actor.post), status


@blueprint.post("/compte/connexions")
def end_others() -> ResponseReturnValue:
    if posted():
        ended = own.end_others(work(), current_user.get_id())
        flash("Vos autres connexions ont pris fin." if ended else "Vous n’aviez pas d’autre connexion.")
    return redirect(url_for("accounts.mine"), 303)


def _many_links(minutes: int) -> str:
    again = f"réessayez dans {minutes} minute{'s' if minutes > 1 else ''}"
    return (
        "Plusieurs liens viennent d’être demandés. Si un compte a cette adresse, le plus récent est dans ses courriels et sert encore : "
        f"regardez aussi dans les indésirables, ou {again}."
    )


def _too_soon(wait: timedelta) -> str:
    """What was typed was not even looked at: when to try again, and who can help."""
    minutes = math.ceil(wait.total_seconds() / 60)
    return (
        f"Trop d’essais : votre mot de passe n’a pas été vérifié. Réessayez dans {minutes} minute{'s' if minutes > 1 else ''}. "
        "Votre compte n’est pas bloqué. Si vous ne retrouvez pas votre mot de passe, demandez un lien (« Mot de passe oublié ») ; "
        f"votre {settings().unit_label} vous aide."
    )
