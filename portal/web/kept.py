"""What was typed into a form that could not be taken, so that it can be sent again."""

import json

from flask import abort, request, session
from werkzeug.exceptions import HTTPException

from portal.web.sizes import SHEET

_NOT_KEPT = {"csrf_token", "password", "password2", "current_password", "_reprise", "suite", "action", "answer", "confirmation"}
_SECRET = {"csrf_token", "password", "password2", "current_password", "new_password", "new_password2"}
_KEPT, _ASIDE = "kept-", "garde"
_MOST_ASIDE = 1500  # bytes that a cookie has left


def kept_fields() -> list[tuple[str, str]]:
    """What was typed, field by field. Raises 413 when it is more than a page gives back."""
    sent = request.form.items(multi=True)
    kept = [(name, value) for name, value in sent if name not in _NOT_KEPT and not name.startswith(_KEPT)]
    if len(kept) > SHEET.fields or sum(len(name) + len(value) for name, value in kept) > SHEET.bytes:
        abort(413)
    return kept


def sent_as_it_was() -> list[tuple[str, str]]:
    """All that was sent, button and answer too, so that one click sends it again; but for passwords. Empty where it cannot be read."""
    try:
        return [(name, value) for name, value in request.form.items(multi=True) if name not in _SECRET]
    except HTTPException:
        return []


def kept_before() -> list[tuple[str, str]]:
    """What `kept_fields` found in an earlier form, carried by the one that was sent now."""
    return [(name.removeprefix(_KEPT), value) for name, value in request.form.items(multi=True) if name.startswith(_KEPT)]


def put_aside(kept: list[tuple[str, str]]) -> bool:
    """Keep what was typed in this browser while its person is on another site; whether there was room for it."""
    room = len(json.dumps(kept)) <= _MOST_ASIDE
    if kept and room:
        session[_ASIDE] = kept
    else:
        session.pop(_ASIDE, None)
    return room


def put_back() -> list[tuple[str, str]]:
    """What was put aside in this browser, once."""
    return [(name, value) for name, value in session.pop(_ASIDE, [])]
