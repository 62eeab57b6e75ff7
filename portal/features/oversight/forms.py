"""What may be typed to close a signal, and to draw sessions for visits."""

from portal.features.oversight.actions import MOST_DRAWN
from portal.web.fields import DayField, NumberField, TextField
from portal.web.forms import Form
from portal.web.untyped import HiddenField


class ClosingSignal(Form):
    """A signal is closed with what was looked at; what is missing, the act says."""

    note = TextField("Ce que vous avez vérifié", longest=2000, rows=2, needed=True)
    kind = HiddenField("Sorte de signal")
    about = HiddenField("Objet du signal")
    figures = HiddenField("Chiffres du signal")


class Drawing(Form):
    department = TextField("Département", needed=True)
    start = DayField("Sessions qui commencent du", "Indiquez le début de la période.")
    end = DayField("Jusqu’au", "Indiquez la fin de la période.")
    size = NumberField("Nombre de sessions", MOST_DRAWN, none="Tirez au moins une session.")
