"""What the national administration may type: approvals, and the service's settings."""

from portal.rules.limits import Limits
from portal.web.fields import ChoiceField, DayField, NumberField, TextField
from portal.web.forms import Form
from portal.web.parsed import SiretField

DTE = {"ud": "L’unité locale l’envoie", "automatique": "Il part dès la demande"}


class Approval(Form):
    number = TextField("Numéro d’agrément", "Indiquez le numéro de l’agrément.", 30)
    siret = SiretField("SIRET du centre", "Indiquez le SIRET du centre.", hint="14 chiffres, avec ou sans espaces.")
    title = TextField("Titre professionnel", "Choisissez un titre.", 20)
    valid_from = DayField("Valable du", "Indiquez le début.")
    valid_to = DayField("Valable jusqu’au", "Indiquez la fin.")


class LimitsForm(Form):
    dte_days = NumberField("Demander le DTE, jours avant le début", Limits.LONGEST)
    convocation_days = NumberField("Envoyer les convocations, jours avant le début", Limits.LONGEST)
    dte = ChoiceField("Envoi du DTE", "Choisissez qui envoie le DTE.", DTE)

    @property
    def limits(self) -> Limits:
        return Limits(self.dte_days.number, self.convocation_days.number, dte_automatic=self.dte.chosen == "automatique")
