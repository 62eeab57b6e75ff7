"""What may be typed to postpone a session."""

from portal.web.fields import DayField, TextField
from portal.web.forms import Form
from portal.web.untyped import ButtonField


class Postponing(Form):
    starts_on = DayField("Nouvelle date de début", "Indiquez la nouvelle date de début.")
    ends_on = DayField("Nouvelle date de fin", "Indiquez la nouvelle date de fin.")
    reason = TextField("Motif", "Indiquez le motif du report.", rows=3, hint="Il reste dans l’historique de la session.")
    calculer = ButtonField("Voir ce que cela change")
