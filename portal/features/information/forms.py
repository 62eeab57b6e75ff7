"""The fields that the chart shows, empty and wrong."""

from portal.web.fields import ChoiceField, DayField, TextField
from portal.web.forms import Form

KINDS = {"titre": "Titre complet", "ccp": "Certificat seul"}


class Sample(Form):
    place = TextField("Lieu", case="nécessaire pour convoquer", hint="L’adresse complète : elle figure sur les convocations.")
    day = DayField("Date de début")
    note = TextField("Motif", rows=3)
    kind = ChoiceField("Type de session", "Choisissez un type de session.", KINDS)
    wrong_place = TextField(
        "Lieu, à corriger", "Indiquez le lieu.", hint="L’adresse complète : elle figure sur les convocations."
    )
    wrong_day = DayField("Date de début, à corriger", "Indiquez la date de début.")
    wrong_kind = ChoiceField("Type de session, à corriger", "Choisissez un type de session.", KINDS)
