"""What may be typed around a sheet of results; the sheet itself is read by `sent`."""

from flask import request

from portal.features.results.sent import OUTCOMES, Sent
from portal.web.fields import TextField
from portal.web.forms import Form
from portal.web.several import TicksField
from portal.web.untyped import ButtonField, HiddenField


def sent() -> Sent:
    """All that was sent of the sheet, not yet read."""
    return Sent({name: values for name, values in request.form.lists() if name.startswith(OUTCOMES)})


class Entering(Form):
    """What is sent with the sheet: a draft or the whole; an answer to the question, under its seal; the rows that were wrong."""

    action = ButtonField("Enregistrer le brouillon")
    answer = ButtonField("Oui, valider les résultats")
    confirmation = HiddenField("Question posée")
    wrong = TicksField("À corriger")

    @property
    def draft(self) -> bool:
        return self.action.typed == "draft"

    @property
    def confirmed(self) -> bool:
        return self.answer.typed == "oui"


class Correcting(Form):
    """Why results are corrected; that it is missing, the act says."""

    reason = TextField(
        "Motif", longest=1000, rows=3, needed=True, hint="Il reste dans l’historique, avec les résultats d’avant et d’après."
    )
    demande = HiddenField("Demande du centre")
    confirmation = HiddenField("Question posée")
