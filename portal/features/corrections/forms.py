"""What may be typed to ask the unit for a correction of results.

The outcome of a titre stands in `resultat`, and in `ccp` once for each CCP that is ticked; of a CCP or CCS session in
`resultat-CERTIFICATE`.
"""

from portal.core.sheet import Sheet
from portal.rules.lifecycle import Kind
from portal.rules.outcomes import Entry, Outcome
from portal.web.fields import PickField
from portal.web.forms import Form
from portal.web.session_pages import reason_for_unit
from portal.web.several import RowsField, TicksField
from portal.web.untyped import HiddenField


class AskingCorrection(Form):
    """« Demander une correction »"""

    candidate = PickField("Candidat", "Choisissez un candidat.")
    reason = reason_for_unit()
    key = HiddenField("Clé de la saisie")
    resultat = RowsField("Résultat souhaité")
    ccp = TicksField("CCP obtenus", case="seulement pour une réussite partielle : un au moins, pas tous")

    def entry(self, sheet: Sheet) -> Entry:
        """The outcome that is asked for; an outcome that is none of the list is not taken."""
        known = {outcome.value: outcome for outcome in sheet.choices}
        if sheet.kind is not Kind.TITLE:
            said = {c.id: self.resultat.first(c.id) for c in sheet.certificates}
            return {number: known[word] for number, word in said.items() if word in known}
        entry: dict[int | None, Outcome] = {}
        if self.resultat.typed in known:
            entry[None] = known[self.resultat.typed]
        if entry.get(None) is Outcome.PARTIAL:
            entry.update(dict.fromkeys(self.ccp.numbers, Outcome.ACQUIRED))
        return entry
