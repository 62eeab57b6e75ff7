"""`/communication`: letters of information, and closings of the service."""

import secrets
from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup
from werkzeug.utils import secure_filename

from portal.clock import PARIS
from portal.core.outcomes import Invalid
from portal.features.communication import changing, closings, letters
from portal.features.communication.forms import Announcing, CallingOff, Letter
from portal.features.communication.letters import Found, NewLetter
from portal.features.communication.papers import Paper, drop, keep, kept, not_a_letter
from portal.rules.duties import Duty
from portal.rules.lifecycle import Role
from portal.web.forms import posted, version
from portal.web.fragments import page
from portal.web.kept import kept_fields
from portal.web.state import actor, clock, only, reading, work

blueprint = Blueprint("communication", __name__)
# What a closing leaves open: signing in (for the national account), and what watches the service.
WATCHING = {"health.healthz", "health.readyz"}
ALWAYS = {"static", "accounts.sign_in", "accounts.sign_out", *WATCHING}


def closed_now() -> ResponseReturnValue | None:
    """While a closing lasts: a courteous page, for all but the national account, with what was being typed."""
    if request.endpoint in ALWAYS or (current_user.is_authenticated and actor().may(Duty.CLOSE_SERVICE)):
        return None
    now = clock().now()
    found = coming()
    if found is None or not found.lasts(now):
        return None
    kept = kept_fields() if request.method == "POST" else []
    response = page("communication/closed.html", 503, closing=found, kept=kept, action=request.full_path.rstrip("?"))
    response.headers["Retry-After"] = _seconds(found, now)
    return response


def tell_when_open(response: Response) -> Response:
    """While a closing lasts, whatever is answered to those for whom the service is closed says when it opens again: errors of
    files and of forms, ways to the sign-in, HEAD. What was asked for and is given needs no such word."""
    code = response.status_code
    if code < 300 or code in (304, 500) or "Retry-After" in response.headers or request.endpoint in WATCHING:
        return response
    if current_user.is_authenticated and (not current_user.closing_near or actor().may(Duty.CLOSE_SERVICE)):
        return response
    now, found = clock().now(), _announced()
    if found and found.lasts(now):
        response.headers["Retry-After"] = _seconds(found, now)
    return response


def _seconds(found: closings.Closing, now: datetime) -> str:
    return str(max(1, int((found.ends_at - now).total_seconds())))


def coming() -> closings.Closing | None:
    """The closing that the banner tells of. Asked once a request, and only where there is one to come."""
    if not current_user.closing_near if current_user.is_authenticated else request.endpoint == "accounts.sign_in":
        return None  # the sign-in page asks nothing of the database
    return _announced()


def _announced() -> closings.Closing | None:
    if "closing" not in g:
        g.closing = closings.coming(reading(), clock().now())
    found: closings.Closing | None = g.closing
    return found


@blueprint.get("/communication")
def index() -> ResponseReturnValue:
    national = actor().may(Duty.WRITE_LETTERS)
    return render_template(
        "communication/index.html",
        letters=letters.letters(reading(), actor()),
        summary=letters.summary,
        closings=closings.closings(reading()) if national else [],
        now=clock().now(),
        Closing=closings.Closing,
        form=CallingOff(),
    )


@blueprint.get("/communication/<number:letter_id>")
def show(letter_id: int) -> ResponseReturnValue:
    row = letters.find(reading(), actor(), letter_id)
    if row is None:
        abort(404)
    groups, codes = [Role(r) for r in row.roles.split()], row.departments.split()
    to = letters.addressees(reading(), groups, codes) if actor().may(Duty.WRITE_LETTERS) else 0
    if request.method == "GET":  # HEAD opens nothing
        letters.opened(work(), letter_id)
    page = {"letter": row, "html": Markup(letters.as_html(row.text)), "addressees": to}  # noqa: S704 (cleaned)
    return render_template("communication/show.html", **page)


@blueprint.get("/communication/<number:letter_id>.pdf")
def pdf(letter_id: int) -> ResponseReturnValue:
    row = letters.find(reading(), actor(), letter_id)
    if row is None or row.pdf is None:
        abort(404)
    response = Response(row.pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{row.pdf_name}"'
    return response


@blueprint.route("/communication/nouvelle", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    only(Duty.WRITE_LETTERS)
    form = Letter(key=secrets.token_hex(16), number=str(letters.next_number(reading())))
    if not posted():
        return _form(form)
    form.validate()
    paper = _paper(form)
    if form.apercu.sent or form.problems:
        return _form(form, 200 if form.apercu.sent else 422, paper)
    outcome = letters.publish(work(), _typed(form, paper), form.key.key)
    if isinstance(outcome, Invalid):
        form.put(outcome.errors)
        return _form(form, 422, paper)
    flash("Cette lettre est déjà publiée." if outcome.again else "Lettre publiée.")
    return redirect(url_for("communication.show", letter_id=outcome.letter_id), 303)


@blueprint.route("/communication/<number:letter_id>/modifier", methods=["GET", "POST"])
def change(letter_id: int) -> ResponseReturnValue:
    only(Duty.WRITE_LETTERS)
    row = letters.find(reading(), actor(), letter_id)
    if row is None or row.withdrawn_at:
        abort(404)
    standing: dict[str, Any] = {"number": str(row.number), "title": row.title, "text": row.text, "departments": row.departments}
    form = Letter(key=secrets.token_hex(16), **standing)
    had = Paper(row.pdf_name, row.pdf) if row.pdf is not None else None
    if request.method != "POST":
        form.roles.ticked = row.roles.split()
    if not posted():
        return _form(form, 200, had, row)
    form.validate()
    paper = _paper(form, had)
    if form.apercu.sent or form.problems:
        return _form(form, 200 if form.apercu.sent else 422, paper, row)
    outcome = changing.change(work(), letter_id, version(), _typed(form, paper), form.key.key)
    if isinstance(outcome, changing.Stale):
        return _form(form, 409, paper, letters.find(reading(), actor(), letter_id), conflict=True)
    if isinstance(outcome, Invalid):
        form.put(outcome.errors)
        return _form(form, 422, paper, row)
    flash(outcome.message)
    return redirect(url_for("communication.show", letter_id=letter_id), 303)


@blueprint.post("/communication/<number:letter_id>/retrait")
def withdraw(letter_id: int) -> ResponseReturnValue:
    only(Duty.WRITE_LETTERS)
    if not posted():
        return show(letter_id)
    flash(changing.withdraw(work(), letter_id).message)
    return redirect(url_for("communication.index"), 303)


def _typed(form: Letter, paper: Paper | None) -> NewLetter:
    said = form.title.text, form.text.plain(), form.groups, form.departments.codes
    return NewLetter(*said, paper.name if paper else "", paper.pdf if paper else None, form.number.number)


def _paper(form: Letter, had: Paper | None = None) -> Paper | None:
    """The PDF that goes with what is typed: the one just chosen, which is kept until the letter has it; else the one chosen before
    a preview; else the one that the letter had."""
    key, data = work().form_key("letter", form.key.key), form.pdf.content
    if data is None and form.sans_pdf.ticked:
        with work().db.writing() as tx:
            drop(tx, key)
        return None
    if data is None:
        return kept(reading(), key) or had
    if why := not_a_letter(data):
        form.put({"pdf": why})
        return kept(reading(), key) or had
    paper = Paper(secure_filename(form.pdf.filename)[:120] or "lettre.pdf", data)
    keep(work(), key, paper)
    return paper


def _form(
    form: Letter, status: int = 200, paper: Paper | None = None, row: Found | None = None, conflict: bool = False
) -> ResponseReturnValue:
    """The form, with what it would look like and how many it reaches; `row`: the letter that it changes."""
    shows = form.text.typed.strip() and not form.text.errors  # what is too long is not worked out
    preview = Markup(letters.as_html(form.text.typed)) if shows else ""  # noqa: S704 (cleaned)
    reaches = letters.addressees(reading(), form.groups, form.departments.codes) if preview else None
    page = {"form": form, "preview": preview, "paper": paper, "reaches": reaches, "letter": row, "conflict": conflict}
    return render_template("communication/new.html", **page), status


def _at(day: date, hour: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(hour), PARIS)


@blueprint.route("/communication/fermeture", methods=["GET", "POST"])
def closing() -> ResponseReturnValue:
    only(Duty.WRITE_LETTERS)
    form = Announcing()
    if not posted():
        return render_template("communication/closing.html", form=form)
    if (number := CallingOff().annuler.number) is not None:
        done = closings.call_off(work(), number)
        flash(done.message)
        return redirect(url_for("communication.index"), 303)
    if not form.validate():
        return render_template("communication/closing.html", form=form), 422
    last = form.end_day.value or form.day.day
    start, end = _at(form.day.day, form.start.hour), _at(last, form.end.hour)
    outcome = closings.announce(work(), start, end, form.reason.text)
    if isinstance(outcome, Invalid):
        form.put(outcome.errors)
        return render_template("communication/closing.html", form=form), 422
    flash(outcome.message)
    return redirect(url_for("communication.index"), 303)
