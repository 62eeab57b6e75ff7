"""A file that a person sends, and what was read of it, carried from the preview to « Importer »."""

from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

from portal.core.signing import timed
from portal.web.fields import FileField
from portal.web.forms import Form
from portal.web.signed import young
from portal.web.state import actor, settings
from portal.web.untyped import HiddenField


class Import(Form):
    """A file whose lines are shown first, then what was shown, to be taken over."""

    file = FileField("Fichier Excel, LibreOffice ou CSV", ".csv,.xlsx,.ods", needed=True)
    content = HiddenField("Aperçu")


PREVIEW_HOURS = 12


def sealed(content: object) -> str:
    """What the preview shows, compressed and signed for this person: the server keeps nothing."""
    return str(_signer().dumps([actor().id, content]))


def unsealed(text: str) -> Any:
    """What `sealed` closed, if it is this person's and of today; otherwise None."""
    try:
        who, content = young(_signer(), text, PREVIEW_HOURS * 3600)
    except (BadData, ValueError, TypeError):
        return None
    return content if who == actor().id else None


def _signer() -> URLSafeTimedSerializer:
    return timed(settings().signing_keys, "preview")
