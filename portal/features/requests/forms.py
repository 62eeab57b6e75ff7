"""What may be typed to ask the unit for something, and to answer."""

from portal.web.fields import DayField, PickField, TextField
from portal.web.forms import Form, number_in
from portal.web.session_pages import reason_for_unit
from portal.web.several import RowsField, TicksField
from portal.web.untyped import ButtonField, HiddenField, TickField


class Asking(Form):
    """« Demander un report »"""

    starts_on = DayField("Date de début souhaitée", "Indiquez la date de début souhaitée.")
    ends_on = DayField("Date de fin souhaitée", "Indiquez la date de fin souhaitée.")
    reason = reason_for_unit()
    key = HiddenField("Clé de la saisie")


class AskingExpired(Form):
    """A session on a title whose date has gone by; what is missing besides, the act says."""

    calculer = ButtonField("Voir les dates de ce titre")
    title = PickField("Titre professionnel", "Choisissez un titre.", hint="Ceux de vos agréments qui ont une date d’échéance.")
    approval = TextField("Numéro d’agrément", longest=30, needed=True)
    starts_on = DayField("Date de début souhaitée", "Indiquez la date de début souhaitée.")
    ends_on = DayField("Date de fin souhaitée", "Indiquez la date de fin.")
    session = PickField(
        "Numéro de la session à reporter",
        wrong="Un numéro de session ne compte que des chiffres : laissez vide s’il n’y en a pas encore.",
        case="si elle existe déjà",
        hint="Laissez vide si la session est à créer.",
    )
    reason = TextField("Motif", longest=1000, rows=3, needed=True, hint="En quoi le confinement a empêché la session.")
    lockdown = TickField("Je déclare que le confinement est la cause de cette demande", needed=True)
    registered = TickField(
        "Les candidats étaient inscrits avant l’échéance du titre (déjà en formation, en échec ou en réussite partielle)",
        needed=True,
    )
    key = HiddenField("Clé de la saisie")


class Answering(Form):
    """The unit's answer: a new date with a message, or a refusal with its reason."""

    starts_on = DayField("Date de début accordée", "Indiquez la date de début accordée.")
    ends_on = DayField("Date de fin accordée", "Indiquez la date de fin accordée.")
    note = TextField("Message au centre", longest=1000, rows=2, hint="Le centre le lit avec votre réponse.")
    refusal = TextField("Motif du refus", longest=1000, rows=2, needed=True, hint="Le centre le lit, et l’historique le garde.")
    calculer = ButtonField("Voir ce que cela change")
    retour = HiddenField("Page où revenir")


class AnsweringSeveral(Form):
    """The requests that are ticked, and of each the version of its session that was read."""

    demande = TicksField("Choisir")
    version = RowsField("Version lue")
    refuser = ButtonField("Refuser les demandes cochées")
    refusal = TextField(
        "Motif du refus",
        longest=1000,
        rows=2,
        needed=True,
        hint="Chaque centre le lit dans sa demande, et l’historique le garde.",
    )

    def complete(self) -> bool:
        """Whether something is ticked, and for a refusal its reason is given."""
        self.validate()
        if not self.chosen:
            self.put({"demande": "Cochez au moins une demande."})
        if self.refuser.sent and not self.refusal.text:
            self.put({"refusal": "Indiquez le motif du refus : les centres le lisent."})
        return not self.problems

    @property
    def chosen(self) -> dict[int, int | None]:
        return {number: number_in(self.version.first(number)) for number in self.demande.numbers if number}
