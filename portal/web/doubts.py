"""A date that is unlikely is asked about once more: the question as a page of its own, with all that was typed kept in it."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from portal.core.outcomes import Doubtful
from portal.core.session import SessionRow
from portal.web.forms import Form
from portal.web.fragments import page
from portal.web.kept import kept_fields

CONFIRMED = "date_confirmee"


def confirmed() -> str:
    """The seal of the question that this form answers with « Oui, c’est la bonne date »; empty when it answers none."""
    return request.form.get(CONFIRMED, "") if request.form.get("answer") == "oui" else ""


def doubts_page(doubtful: Doubtful, form: Form, s: SessionRow | None = None) -> ResponseReturnValue:
    """The question, for whichever form was sent, on whichever session: its answer goes to the same address."""
    kept = [(name, value) for name, value in kept_fields() if name != CONFIRMED]
    told: dict[str, Any] = {
        "doubts": doubtful.doubts,
        "labels": {doubt.field: form[doubt.field].label.text for doubt in doubtful.doubts},
        "s": s,
        "seal": doubtful.seal,
        "kept": kept,
        "action": request.full_path.rstrip("?"),
    }
    return page("doubts.html", block="bloc", **told)
