"""A person arrives: signed in, or waiting for the code that makes a right password count."""

from flask import make_response, redirect, render_template, session, url_for
from flask.wrappers import Response
from flask_login import UserMixin, login_user

from portal.rules.proving import Proof
from portal.store.actors import Actor
from portal.web import devices
from portal.web.state import clock

SEEN, AWAITS = "vu", "attend"


class SignedInUser(UserMixin):  # type: ignore[misc]
    """What Flask-Login carries: the person, and the sign-in (not the account) as its identity."""

    def __init__(
        self,
        actor: Actor,
        token: str,
        unread: int = 0,
        closing_near: bool = True,
        proof: Proof = Proof(),  # noqa: B008
    ) -> None:
        self.actor, self.token, self.unread, self.closing_near, self.proof = actor, token, unread, closing_near, proof

    def get_id(self) -> str:
        return self.token


def enter(actor: Actor, token: str, target: str, kept: list[tuple[str, str]]) -> Response:
    """This browser is signed in, and goes to `target`, with what was typed there before."""
    session.clear()
    session[SEEN] = clock().now().timestamp()
    login_user(SignedInUser(actor, token))
    response = back_to(target, kept)
    devices.remember(response, actor.email)
    return response


def wait_for_code(token: str, target: str, kept: list[tuple[str, str]]) -> Response:
    """This browser has given a right password and is asked for the code; until then nobody is signed in on it."""
    form_key = session.get("csrf_token")
    session.clear()
    session.update({AWAITS: token} | ({"csrf_token": form_key} if form_key else {}))
    return make_response(redirect(url_for("second_factor.code", suite=target), 307 if kept else 303))


def waiting_token() -> str:
    """The sign-in that waits for a code on this browser; empty when none does."""
    return str(session.get(AWAITS, ""))


def back_to(target: str, kept: list[tuple[str, str]], why: str = "signed_in") -> Response:
    """On to an address of our own; a form that was on its way there is given back as it was typed."""
    if kept:
        return make_response(render_template("resume.html", action=target, kept=kept, why=why))
    return make_response(redirect(target, 303))


def own_path(target: str) -> str:
    """Only an address of our own: never another site's."""
    safe = target.startswith("/") and not target.startswith(("//", "/\\")) and not any(ord(c) < 32 for c in target)
    return target if safe else url_for("day.show")
