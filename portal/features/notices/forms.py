"""How a person wants its e-mails."""

from datetime import UTC, datetime

from portal.store.notices import Mailing
from portal.web.fields import ChoiceField
from portal.web.forms import Form
from portal.web.untyped import ButtonField, HiddenField

MAILINGS = {
    Mailing.AT_ONCE: "Aussitôt, un courriel par avis",
    Mailing.DAILY: "Un courriel par jour, à 7 heures",
    Mailing.NONE: "Aucun courriel : je lis les avis ici",
}


class MomentField(HiddenField):
    """A moment as the page carries it; nonsense is none."""

    @property
    def moment(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self.key).astimezone(UTC)
        except (ValueError, OverflowError):
            return None


class Reading(Form):
    """`lus`: all up to this one; `remettre`: what was read at this moment is new again."""

    lus = ButtonField("Tout marquer comme lu")
    remettre = MomentField("Annuler")


class Mails(Form):
    mailing = ChoiceField("Recevoir aussi des courriels", "Choisissez comment recevoir les courriels.", MAILINGS)
