"""What the centre ticks and presses on the page of convocations, and what a member of the jury answers."""

from portal.web.fields import ChoiceField
from portal.web.forms import Form
from portal.web.several import TicksField
from portal.web.untyped import ButtonField


class Handing(Form):
    remise = TicksField("Remise en main propre")
    toutes = ButtonField("Tout est remis")
    renouveler = ButtonField("Renouveler le lien")
    retirer = ButtonField("Retirer le lien")
    revenu = ButtonField("Le courriel est revenu")
    arrive = ButtonField("Il n’est pas revenu")
    rappel = ButtonField("Rappeler l’examen")


class Sharing(Form):
    partager = ButtonField("Créer mon justificatif")
    retirer = ButtonField("Retirer mon justificatif")


class Answer(Form):
    reponse = ChoiceField(
        "Siégerez-vous au jury ?", "Répondez oui ou non.", {"oui": "Oui, je viendrai", "non": "Non, je ne viendrai pas"}
    )
