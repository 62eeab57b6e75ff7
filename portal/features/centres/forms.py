"""What may be typed of a centre."""

from portal.features.centres.actions import Card
from portal.features.centres.queries import CLOSED, OPEN
from portal.store.france import DEPARTMENTS
from portal.web.fields import ChoiceField, EmailField, TextField
from portal.web.forms import Form
from portal.web.parsed import PhoneField, SiretField

STATES = {"": "Tous", OPEN: "Ouverts", CLOSED: "Fermés"}
NAMES = {code: f"{code} {name}" for code, (name, _) in sorted(DEPARTMENTS.items())}


class PlaceForm(Form):
    siret = SiretField("SIRET", "Indiquez le SIRET du centre.", hint="14 chiffres, avec ou sans espaces.")
    department = ChoiceField("Département", "Choisissez un département.", NAMES)


class CardForm(Form):
    name = TextField("Nom du centre", "Indiquez le nom du centre.", 200)
    address = TextField("Adresse", longest=300)
    email = EmailField("Adresse électronique du centre")
    phone = PhoneField("Téléphone")

    @property
    def card(self) -> Card:
        return Card(self.name.text, self.address.text, self.email.text, self.phone.text)


class NewCentre(PlaceForm, CardForm):
    """A new centre: first what does not change afterwards."""


class Closing(Form):
    reason = TextField("Motif", "Indiquez le motif de la fermeture.", 500, rows=3, hint="Le centre et son unité le lisent.")
