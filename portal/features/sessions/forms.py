"""What may be typed on a session's own pages."""

from portal.web.fields import DayField, HourField, TextField
from portal.web.forms import Form


class Practical(Form):
    starts_on = DayField("Date de début", "Indiquez la date de début.")
    ends_on = DayField("Date de fin", "Indiquez la date de fin.")
    place = TextField(
        "Lieu",
        longest=200,
        case="nécessaire pour convoquer",
        hint="Adresse complète : numéro, rue, code postal, ville. Elle figure sur les convocations.",
    )
    hour = HourField("Heure de convocation", case="nécessaire pour convoquer", hint="Par exemple 08:30.")
    session_manager = TextField(
        "Responsable de session",
        longest=120,
        case="nécessaire pour convoquer",
        hint="Nom et téléphone : la personne que les candidats appellent.",
    )


class Step(Form):
    """A step that is taken for a reason, where it needs one; that it is missing, the step says."""

    reason = TextField("Motif", rows=3, needed=True)


class CheckedEnd(Form):
    note = TextField("Ce que vous avez vérifié", rows=3, needed=True, hint="La note reste dans l’historique.")


class AsItWas(Form):
    au = DayField("Voir la session telle qu’elle était au", needed=True)
