"""What was typed into a form that could not be taken, so that it can be sent again."""

from flask import request

_NOT_KEPT = {"csrf_token", "password", "password2", "_reprise", "suite", "action", "answer", "confirmation"}


def kept_fields() -> list[tuple[str, str]]:
    return [
        (name, value) for name, value in request.form.items(multi=True) if name not in _NOT_KEPT and not name.startswith("kept-")
    ]
