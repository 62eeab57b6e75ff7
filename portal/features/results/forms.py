"""What may be typed on a sheet of results.

Titre: `resultat-CANDIDATE`, and `ccp-CANDIDATE` once for each CCP that is ticked under « Réussite partielle ».
CCP and CCS: `resultat-CANDIDATE-CERTIFICATE`.
"""

from flask import request

from portal.core.sheet import Sheet, Typed
from portal.rules.lifecycle import Kind
from portal.rules.outcomes import FOR_CERTIFICATE, Outcome
from portal.web.fields import ButtonField, HiddenField, TextField
from portal.web.forms import Form
from portal.web.several import TicksField

NOT_PRESENTED = ""
OUTCOMES = ("resultat-", "ccp-")


def read(sheet: Sheet) -> Typed:
    """All that was sent of the sheet, against what it offers."""
    form = request.form
    entries: dict[int, dict[int | None, Outcome]] = {}
    nonsense: dict[int, str] = {}
    known = {str(c.id): c.id for c in sheet.certificates}
    for person in sheet.candidates:
        entry: dict[int | None, Outcome] = {}
        wrong = False
        if sheet.kind is Kind.TITLE:
            word = form.get(f"resultat-{person.id}", "")
            wrong = bool(word) and word not in sheet.choices
            if word and not wrong:
                entry[None] = Outcome(word)
            if entry.get(None) is Outcome.PARTIAL:
                ticked = form.getlist(f"ccp-{person.id}")
                wrong = wrong or any(t not in known for t in ticked)
                entry.update({known[t]: Outcome.ACQUIRED for t in ticked if t in known})
        else:
            for certificate in sheet.certificates:
                word = form.get(f"resultat-{person.id}-{certificate.id}", NOT_PRESENTED)
                if word in FOR_CERTIFICATE:
                    entry[certificate.id] = Outcome(word)
                elif word != NOT_PRESENTED:
                    wrong = True
        if wrong:
            nonsense[person.id] = f"Choisissez un résultat de la liste pour {person.name}."
        if entry:
            entries[person.id] = entry
    return Typed(entries, sheet.version, nonsense)


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

    reason = TextField("Motif", longest=1000, rows=3, hint="Il reste dans l’historique, avec les résultats d’avant et d’après.")
    demande = HiddenField("Demande du centre")
    confirmation = HiddenField("Question posée")
