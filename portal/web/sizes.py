"""How much a request may send: little where a form is all there is to send, and from whoever is not signed in."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, abort, request, session
from flask_login import current_user

from portal.front import REFUSED


@dataclass(frozen=True)
class Size:
    """So many bytes, and so many fields."""

    bytes: int
    fields: int

    @property
    def kilos(self) -> int:
        return self.bytes // 1000


FORM, SHEET, FILE = Size(100_000, 1_000), Size(2_000_000, 20_000), Size(64_000_000, 20_000)
SIGN_IN = Size(120_000, 1_100)  # what a visitor had typed elsewhere, and what signs in
URLENCODED = "application/x-www-form-urlencoded"
FIELD = 8_000_000  # what a preview carries to « Importer »

# The pages that take a file, and those whose form has a line for each candidate or each case.
TAKE_FILES = {
    "candidates.import_file",
    "preparation.import_file",
    "taking_over.bring",
    "communication.new",
    "communication.change",
    "deposit.report",
    "results.bring",
    "minutes.show",
}
TAKE_SHEETS = {
    "results.enter",
    "results.correct",
    "measures.write",
    "measures.upload",
    "requests.answer_several",
    "attendance.show",
    "convocations.index",
    "jury.edit",
}


def allowed() -> Size:
    """What this request may send."""
    size = _of_page()
    return size if size in (FORM, SIGN_IN) or current_user.is_authenticated else FORM


def takes(app: Flask, environ: dict[str, Any]) -> tuple[int, bool]:
    """How many bytes are read before anybody works, and whether they may be a file: what the page takes, if our own cookie says
    that somebody is signed in. A form that every page takes is not looked into for that."""
    if environ.get("CONTENT_TYPE", "").startswith(URLENCODED) and int(environ["CONTENT_LENGTH"]) <= FORM.bytes:
        return FORM.bytes, False
    with app.request_context(environ):
        size = _of_page()
        size = size if size in (FORM, SIGN_IN) or "_user_id" in session else FORM
        return size.bytes, size is FILE


def _of_page() -> Size:
    """What this page takes of who is signed in."""
    if request.endpoint in ("accounts.sign_in", "second_factor.code", "second_factor.application"):
        return SIGN_IN
    if request.method != "POST" or request.endpoint not in TAKE_FILES | TAKE_SHEETS:
        return FORM
    return FILE if request.endpoint in TAKE_FILES else SHEET


def bound() -> None:
    """Before anything reads the form: 413 for what is too large, before its fields are told apart; the front's own refusals."""
    if refused := request.environ.get(REFUSED):
        abort(refused)
    size = allowed()
    request.max_content_length = size.bytes
    request.max_form_memory_size = min(size.bytes, FIELD)
    request.max_form_parts = size.fields
    if request.mimetype == URLENCODED:
        request.max_content_length = request.max_form_memory_size
        if request.get_data().count(b"&") >= size.fields:
            abort(413)
