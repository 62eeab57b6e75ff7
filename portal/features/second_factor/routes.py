"""A second factor: given at the sign-in and before dangerous acts, added, and taken away."""

import math
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.features.accounts.actions import TooSoon, WrongPassword
from portal.features.accounts.queries import waiting
from portal.features.second_factor import actions, challenges, passkeys, queries, recovery, totp
from portal.features.second_factor.actions import Added, LastOne, Proved, Removed, TooLate, Where
from portal.features.second_factor.forms import Code, Removal, Secret
from portal.features.second_factor.passkeys import Site
from portal.features.second_factor.proofs import Found, Given, Means
from portal.features.second_factor.secrets_box import Box
from portal.rules.duties import Duty
from portal.rules.proving import is_required
from portal.store.factors import FactorKind
from portal.store.work import Work
from portal.web import devices, query
from portal.web.arriving import back_to, enter, own_path, waiting_token
from portal.web.forms import posted
from portal.web.kept import kept_before, kept_fields, put_aside
from portal.web.state import actor, clock, hands_of, labels, only, reading, settings, work
from portal.web.whence import device

blueprint = Blueprint("second_factor", __name__)
PEOPLE = {"candidats", "resultats"}  # exports that name people
# What is asked for again, and when: all of these acts hurt in the hands of who finds a screen open.
AGAIN: dict[str, Callable[[], bool]] = {
    "access.close": posted,
    "measures.show": posted,
    "measures.revert": posted,
    "exports.export": lambda: query.text("quoi") in PEOPLE,
    "security.export": lambda: True,
    "second_factor.application": lambda: True,
    "second_factor.make_codes": posted,
    "second_factor.reset": posted,
}
# What stays open to who must have a second factor and has none yet.
BEFORE = {"static", "health.healthz", "health.readyz", "accounts.sign_in", "accounts.sign_out"}
BEFORE |= {"provider.go", "provider.back", "second_factor.code", "second_factor.application", "second_factor.passkey_options"}


def asked_first() -> ResponseReturnValue | None:
    """Before anything else: to set up a second factor, where one is required; to give it again, before a dangerous act."""
    endpoint = request.endpoint or ""
    if endpoint in BEFORE - AGAIN.keys() or not current_user.is_authenticated:
        return None
    proof = current_user.proof
    lacks = not (proof.own or proof.elsewhere) and is_required(actor().role, settings().demo)
    if lacks and endpoint not in BEFORE:
        to = "second_factor.application"
    elif proof.is_due(clock().now()) and endpoint in AGAIN and AGAIN[endpoint]():
        to = "second_factor.code"
    else:
        return None
    return redirect(url_for(to, suite=request.full_path.rstrip("?")), 307 if request.method == "POST" else 302)


# ---- giving it


@blueprint.route("/connexion/code", methods=["GET", "POST"])
def code() -> ResponseReturnValue:
    hands, token = _who()
    form = Code()
    kept = _on_their_way(form)
    target = own_path(query.text("suite"))
    if hands is None:
        return _too_late(target, kept) if token else redirect(url_for("accounts.sign_in"))
    if current_user.is_authenticated and not current_user.proof.is_due(hands.on.now):
        return back_to(target, kept, "proved")
    if not _sent(form):
        form.code.typed = ""
        return _code_page(form, hands, target, kept)
    answer = form.passkey.typed
    given = Given(form.code.typed, answer, challenges.take(hands, token) if answer else "")
    outcome = actions.give(hands, _means(), token, given, _where(hands.actor.email))
    if isinstance(outcome, TooLate):
        return _too_late(target, kept)
    if isinstance(outcome, Proved):
        return (
            back_to(target, kept, "proved") if current_user.is_authenticated else enter(hands.actor, outcome.token, target, kept)
        )
    form.put({"code": _why_not(outcome)})
    response = make_response(_code_page(form, hands, target, kept), 429 if isinstance(outcome, TooSoon) else 422)
    if isinstance(outcome, TooSoon):
        response.headers["Retry-After"] = str(math.ceil(outcome.wait.total_seconds()))
    return response


def _who() -> tuple[Work | None, str]:
    """The hands of who is signed in, or of whose sign-in waits for its code here, and that sign-in."""
    if current_user.is_authenticated:
        return work(), current_user.get_id()
    token, now = waiting_token(), clock().now()
    person = waiting(reading(), token, now, labels()) if token else None
    return hands_of(person) if person else None, token


def _sent(form: Code | Secret) -> bool:
    """Whether one of our own forms was sent; another page's, on its way through here, does not say so."""
    return posted() and bool(form.etape.typed)


def _on_their_way(form: Code | Secret) -> list[tuple[str, str]]:
    """What was typed into another page's form, to be given back to it."""
    arrives = request.method == "POST" and not form.etape.typed and current_user.is_authenticated
    return kept_before() + (kept_fields() if arrives else [])


def _too_late(target: str, kept: list[tuple[str, str]]) -> ResponseReturnValue:
    flash("Le code n’a pas été donné dans les cinq minutes : connectez-vous de nouveau.", "refused")
    return redirect(url_for("accounts.sign_in", suite=target), 307 if kept else 303)


def _code_page(form: Code, hands: Work, target: str, kept: list[tuple[str, str]]) -> str:
    kinds = {row.kind for row in queries.mine(reading(), hands.actor.id)}
    page = {"has_codes": FactorKind.TOTP in kinds, "has_passkeys": FactorKind.PASSKEY in kinds, "elsewhere": not kinds}
    form.code.needed = not page["has_passkeys"]
    if not kinds:  # whose second factor is the identity provider's
        page["lost"] = not put_aside(kept)
    return render_template("second_factor/code.html", form=form, target=target, kept=kept, **page)


def _why_not(outcome: Found | TooSoon) -> str:
    if isinstance(outcome, TooSoon):
        minutes = math.ceil(outcome.wait.total_seconds() / 60)
        return (
            f"Trop d’essais : ce code n’a pas été vérifié. Réessayez dans {minutes} minute{'s' if minutes > 1 else ''}. "
            "Votre compte n’est pas bloqué."
        )
    if outcome is Found.USED:
        return "Ce code a déjà servi : attendez le suivant, dans moins d’une minute."
    return "Ce code ne convient pas. Tapez celui que l’application montre en ce moment ; l’heure du téléphone doit être juste."


def _where(email: str) -> Where:
    return Where(request.remote_addr or "", devices.name() if devices.knows(email) else "")


def _means() -> Means:
    return Means(Box(settings().factor_keys), clock().moment(), _site())


def _site() -> Site:
    """As the world reaches the portal; the demonstration, as this browser does."""
    origin = request.host_url.rstrip("/") if settings().demo else settings().public_url
    return Site(urlsplit(origin).hostname or "", origin)


@blueprint.post("/connexion/code/cle")
def challenge() -> ResponseReturnValue:
    hands, token = _who()
    if hands is None:
        abort(404)
    asked, options = passkeys.asked_to_sign(_site(), queries.passkey_names(reading(), hands.actor.id))
    challenges.keep(hands, token, asked)
    return jsonify(options)


# ---- one's own


@blueprint.get("/compte/second-facteur")
def mine() -> ResponseReturnValue:
    factors = queries.mine(reading(), actor().id)
    if not factors:
        return redirect(url_for("second_factor.application"))
    left = recovery.left(reading(), actor().id or 0)
    return render_template("second_factor/mine.html", factors=factors, left=left, many=recovery.MANY)


@blueprint.route("/compte/second-facteur/application", methods=["GET", "POST"])
def application() -> ResponseReturnValue:
    form = Secret()
    kept = _on_their_way(form)
    target = own_path(query.text("suite", url_for("second_factor.mine")))
    box = Box(settings().factor_keys)
    number, _, secret = (box.open(form.secret.typed) or "").partition(" ")
    if number != str(actor().id):
        secret = ""
    if not _sent(form):
        form.code.typed = ""
        return _set_up(form, "", target, kept)
    token, hands, browser = current_user.get_id(), work(), device().called
    if form.passkey.typed:
        made = passkeys.made(_site(), challenges.take(hands, token), form.passkey.typed)
        if made is None:
            form.put({"passkey": "Cette clé d’accès n’a pas pu être activée. Recommencez."})
            return _set_up(form, secret, target, kept, 422)
        outcome = actions.add_passkey(hands, token, made, browser)
    elif not secret:
        form.put({"code": "Cette page a vieilli : effacez l’entrée de votre application, puis prenez ce nouveau code."})
        return _set_up(form, "", target, kept, 422)
    elif not form.validate():
        return _set_up(form, secret, target, kept, 422)
    else:
        outcome = actions.add_secret(hands, _means(), token, secret, form.code.typed, browser)
    if not isinstance(outcome, Added):
        form.put({"code": outcome.why})
        return _set_up(form, secret, target, kept, 422)
    if outcome.codes:
        return _codes_page(outcome.codes, target, kept, first=True)
    flash("Ce second facteur est activé.")
    return back_to(target, kept, "set_up")


def _set_up(form: Secret, secret: str, target: str, kept: list[tuple[str, str]], status: int = 200) -> ResponseReturnValue:
    """The page that shows a secret: the same again after a mistake, a new one otherwise."""
    me, secret = actor(), secret or totp.new_secret()
    page = {
        "shut": Box(settings().factor_keys).shut(f"{me.id} {secret}"),
        "fours": totp.in_fours(secret),
        "picture": totp.picture(secret, me.email),
        "address": totp.address(secret, me.email),
        "required": is_required(me.role, settings().demo) and not current_user.proof.own,
    }
    return render_template("second_factor/application.html", form=form, target=target, kept=kept, **page), status


@blueprint.post("/compte/second-facteur/cle")
def passkey_options() -> ResponseReturnValue:
    hands, me = work(), actor()
    names = queries.passkey_names(reading(), me.id)
    asked, options = passkeys.asked_to_make(_site(), me.id or 0, me.email, me.name, names)
    challenges.keep(hands, current_user.get_id(), asked)
    return jsonify(options)


@blueprint.post("/compte/second-facteur/codes")
def make_codes() -> ResponseReturnValue:
    codes = actions.make_codes(work()) if posted() else []
    if not codes:
        return redirect(url_for("second_factor.mine"), 303)
    return _codes_page(codes, url_for("second_factor.mine"), [], first=False)


def _codes_page(codes: list[str], target: str, kept: list[tuple[str, str]], first: bool) -> ResponseReturnValue:
    return render_template("second_factor/codes.html", codes=codes, target=target, kept=kept, first=first)


@blueprint.route("/compte/second-facteur/<number:factor_id>/retrait", methods=["GET", "POST"])
def remove(factor_id: int) -> ResponseReturnValue:
    factors = queries.mine(reading(), actor().id)
    shown = next((row for row in factors if row.id == factor_id), None)
    if shown is None:
        abort(404)
    form, required = Removal(), is_required(actor().role, settings().demo)
    kinds = {row.kind for row in factors}
    page = {"factor": shown, "form": form, "has_passkeys": FactorKind.PASSKEY in kinds, "has_codes": FactorKind.TOTP in kinds}
    form.code.needed = not page["has_passkeys"]
    page["last"] = required and len(factors) == 1
    if not posted():
        return render_template("second_factor/remove.html", **page)
    hands, answer = work(), form.passkey.typed
    given = Given(form.code.typed, answer, challenges.take(hands, current_user.get_id()) if answer else "")
    outcome = actions.remove(
        hands, _means(), factor_id, form.password.secret, given, _where(hands.actor.email), required=required
    )
    if isinstance(outcome, Removed):
        flash("Ce second facteur est retiré.")
        return redirect(url_for("accounts.mine"), 303)
    if isinstance(outcome, WrongPassword):
        form.put({"password": "Ce n’est pas votre mot de passe."})
    elif not isinstance(outcome, LastOne):
        form.put({"code": _why_not(outcome)})
    status = 429 if isinstance(outcome, TooSoon) else 403 if isinstance(outcome, LastOne) else 422
    return render_template("second_factor/remove.html", **page), status


# ---- another person's, lost


@blueprint.post("/comptes/<number:account_id>/second-facteur")
def reset(account_id: int) -> ResponseReturnValue:
    only(Duty.RESET_FACTORS)
    if posted():
        try:
            actions.reset(work(), account_id)
            flash("Son second facteur est retiré, ses connexions ont pris fin, et un courriel le lui dit.")
        except actions.CannotReset as error:
            flash(str(error), "refused")
    return redirect(url_for("access.show", number=account_id), 303)
