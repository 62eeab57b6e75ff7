"""What may be typed on a session's own pages."""

from portal.web.fields import DayField, TextField
from portal.web.forms import Form


class Practical(Form):
    starts_on = DayField("Date de début", "Indiquez la date de début.")
    ends_on = DayField("Date de fin", "Indiquez la date de fin.")
    place = TextField("Lieu", longest=200)
    session_manager = TextField("Responsable de session", longest=120)


class Step(Form):
    """A step that is taken for a reason; whether it needs one, the step says."""

    reason = TextField("Motif", rows=3)


class AsItWas(Form):
    au = DayField("Voir la session telle qu’elle était au")
