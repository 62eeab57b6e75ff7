"""What may be typed of a title and its certificates."""

from portal.features.titles.actions import Card
from portal.features.titles.queries import EXPIRED, SOON
from portal.files.parsers import code_of
from portal.rules.titles import GENERAL_EXTENSION_MONTHS
from portal.store.titles import CertificateKind
from portal.web.fields import ChoiceField, DayField, NumberField, TextField, Wrong
from portal.web.forms import Form
from portal.web.parsed import ParsedField, RncpField
from portal.web.untyped import ButtonField, HiddenField

STATES = {"": "Tous", SOON: "À échéance dans l’année", EXPIRED: "Échus"}
LEVELS = {str(level): f"Niveau {level}" for level in range(3, 7)}
LONGEST_EXTENSION = 120


class CodeField(ParsedField):
    """A title's code."""

    parse = staticmethod(code_of)


class LevelField(ChoiceField):
    """A level, or none."""

    def read(self, text: str) -> object:
        if text not in self.offered:
            raise Wrong("Choisissez un niveau de 3 à 6, ou « Non renseigné ».")
        return text


class CodeForm(Form):
    code = CodeField("Code", "Indiquez le code du titre.", hint="Par exemple TP-01303. Il ne change plus ensuite.")


class CardForm(Form):
    label = TextField("Intitulé", "Indiquez l’intitulé du titre.", 200)
    decree_on = DayField("Date de l’arrêté")
    level = LevelField("Niveau", "", LEVELS)
    expires_on = DayField("Échéance", hint="Vide : le titre n’a pas d’échéance connue.")
    extension_months = NumberField(
        "Mois de prolongation après l’échéance", LONGEST_EXTENSION, hint=f"En général {GENERAL_EXTENSION_MONTHS}."
    )
    rncp_code = RncpField("Code RNCP", hint="Par exemple RNCP35250.")
    confirmed = HiddenField("Réponse")

    @property
    def card(self) -> Card:
        level = int(self.level.chosen) if self.level.value else None
        return Card(
            self.label.text,
            self.decree_on.value,
            level,
            self.expires_on.value,
            self.extension_months.number,
            self.rncp_code.code,
        )


class NewTitle(CodeForm, CardForm):
    """A new title: its code first."""


class NewCertificate(Form):
    certificate_kind = ChoiceField("Type", "Choisissez un type.", {kind.value: kind.value.upper() for kind in CertificateKind})
    certificate_label = TextField("Intitulé du certificat", "Indiquez l’intitulé du certificat.", 300)


class KnownCertificate(Form):
    renamed = TextField("Intitulé", "Indiquez l’intitulé du certificat.", 300)
    retirer = ButtonField("Retirer")
