"""How a person wants its e-mails."""

from portal.store.notices import Mailing
from portal.web.fields import ChoiceField
from portal.web.forms import Form
from portal.web.untyped import ButtonField

MAILINGS = {
    Mailing.AT_ONCE: "Aussitôt, un courriel par avis",
    Mailing.DAILY: "Un courriel par jour, à 7 heures",
    Mailing.NONE: "Aucun courriel : je lis les avis ici",
}


class Reading(Form):
    lus = ButtonField("Tout marquer comme lu")


class Mails(Form):
    mailing = ChoiceField("Recevoir aussi des courriels", "Choisissez comment recevoir les courriels.", MAILINGS)
