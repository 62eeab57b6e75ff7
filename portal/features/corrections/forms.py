"""What may be typed to ask the unit for a correction of results.

The outcome of a titre stands in `resultat`, and in `ccp` once for each CCP that is ticked; of a CCP or CCS session in
`resultat-CERTIFICATE`.
"""

from werkzeug.datastructures import MultiDict

from portal.core.sheet import Sheet
from portal.rules.lifecycle import Kind
from portal.rules.outcomes import Entry, Outcome
from portal.web.fields import HiddenField, PickField, TextField
from portal.web.forms import Form, number_in


class AskingCorrection(Form):
    """« Demander une correction »"""

    candidate = PickField("Candidat", "Choisissez un candidat.")
    reason = TextField(
        "Motif",
        "Indiquez le motif : l’UD décide d’après lui.",
        1000,
        rows=3,
        hint="L’UD le lit pour décider. Il reste dans l’historique de la session.",
    )
    key = HiddenField("Clé de la saisie")


def wanted(form: MultiDict[str, str], sheet: Sheet) -> Entry:
    """The outcome that is asked for; an outcome that is none of the list is not taken."""
    entry: dict[int | None, Outcome] = {}
    known = {outcome.value: outcome for outcome in sheet.choices}
    if sheet.kind is not Kind.TITLE:
        said = {c.id: form.get(f"resultat-{c.id}", "") for c in sheet.certificates}
        return {number: known[word] for number, word in said.items() if word in known}
    if (word := form.get("resultat", "")) in known:
        entry[None] = known[word]
    if entry.get(None) is Outcome.PARTIAL:
        entry.update({number: Outcome.ACQUIRED for word in form.getlist("ccp") if (number := number_in(word)) is not None})
    return entry
