"""What is ticked on a day of the exam, and what happened.

`matin-12=present`, `apres_midi-12=absent`: the candidate 12; `vu_matin-12=1`: the version that the page showed of it.
"""

from collections.abc import Iterator

from portal.features.attendance.actions import Tick
from portal.rules.attendance import Half
from portal.web.fields import DayField, HourField, TextField
from portal.web.forms import Form, number_in
from portal.web.several import RowsField
from portal.web.untyped import HiddenField

PRESENT, ABSENT = "present", "absent"


class Presences(Form):
    date = DayField("Jour", "Indiquez le jour.")
    matin = RowsField("Matin")
    apres_midi = RowsField("Après-midi")
    vu_matin = RowsField("Matin, comme affiché")
    vu_apres_midi = RowsField("Après-midi, comme affiché")

    def ticks(self) -> Iterator[Tick]:
        """All that was ticked; what says neither is left out."""
        halves = ((Half.MORNING, self.matin, self.vu_matin), (Half.AFTERNOON, self.apres_midi, self.vu_apres_midi))
        for half, said, seen in halves:
            for row in said.said:
                if (value := said.first(row)) in (PRESENT, ABSENT):
                    yield Tick(row, half, value == PRESENT, number_in(seen.first(row)) or 0)


class Incident(Form):
    """An incident that is written down already, to be corrected; `vu`: the stamp of what the page showed."""

    heure = HourField("Heure", "Indiquez l’heure de l’incident.")
    incident = TextField(
        "Ce qui s’est passé", "Décrivez l’incident.", 1000, rows=3, hint="Le procès-verbal le porte avec son heure."
    )
    vu = HiddenField("Incident, comme affiché")


class Happened(Incident):
    date = DayField("Jour", "Indiquez le jour.")
