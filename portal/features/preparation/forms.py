"""What may be typed to create a session."""

from portal.rules.lifecycle import Kind
from portal.web.fields import ChoiceField, DayField, PickField, TextField
from portal.web.forms import Form
from portal.web.untyped import HiddenField, TickField


class Creating(Form):
    starts_on = DayField("Date de début", "Indiquez la date de début.")
    ends_on = DayField("Date de fin", "Indiquez la date de fin.")
    title = PickField("Titre professionnel", "Choisissez un titre dans la liste.")
    kind = ChoiceField("Type de session", "Choisissez un type de session.", {kind.value: kind.label for kind in Kind})
    place = TextField("Lieu", longest=200, needed=True, hint="L’adresse complète : elle figure sur les convocations.")
    session_manager = TextField("Responsable de session", longest=120, needed=True)
    with_jury = TickField("Reprendre les membres du jury habilités à la date de début")
    model = HiddenField("Session d’après laquelle celle-ci est créée")
    key = HiddenField("Clé de la saisie")
