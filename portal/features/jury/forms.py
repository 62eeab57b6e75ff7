"""What may be typed of a member, and who may be chosen for a jury."""

from portal.web.fields import DayField, EmailField, PersonNameField, PickField, TextField
from portal.web.forms import Form


class NewMember(Form):
    last_name = PersonNameField("Nom", "Indiquez le nom.")
    first_name = PersonNameField("Prénom")
    email = EmailField("Adresse électronique (facultatif)")


class Accreditation(Form):
    title = TextField("Titre professionnel", "Choisissez un titre.", 20)
    valid_from = DayField("Habilité(e) du", "Indiquez le début de l’habilitation.")
    valid_to = DayField("au", "Indiquez la fin de l’habilitation.")


class Seat(Form):
    member = PickField("Membre habilité", "Choisissez un membre dans la liste.")
