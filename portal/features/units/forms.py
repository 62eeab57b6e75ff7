"""What may be typed of a unit and of a region."""

from portal.web.fields import EmailField, TextField
from portal.web.forms import Form
from portal.web.parsed import PhoneField


class UnitForm(Form):
    unit_name = TextField("Nom de l’unité", longest=120, hint="Par exemple : DDETS du Val-de-Marne.")
    unit_email = EmailField("Adresse électronique", hint="Une adresse de service, lue chaque jour ouvré.")
    unit_phone = PhoneField("Téléphone")


class RegionForm(Form):
    email = EmailField("Adresse électronique")
    phone = PhoneField("Téléphone")
