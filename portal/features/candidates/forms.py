"""What may be typed of a candidate."""

from typing import Any

from portal.core.people import Person
from portal.files.civil import CELLS
from portal.rules.civil import LABELS, Access, Civil, Sex
from portal.web.fields import BirthDateField, ChoiceField, EmailField, PersonNameField, TextField, Wrong
from portal.web.forms import Form
from portal.web.parsed import ParsedField


class Candidate(Form):
    last_name = PersonNameField("Nom", "Indiquez le nom.", hint="Avec ses accents et sa particule.")
    first_name = PersonNameField("Prénom")
    born_on = BirthDateField("Date de naissance", "Indiquez la date de naissance.")
    email = EmailField("Adresse électronique")

    @property
    def person(self) -> Person:
        return Person(self.last_name.text, self.first_name.text, self.born_on.day, self.email.text)


class CivilField(ParsedField):
    """A cell of the civil status, read as in a file."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, **more)
        self.parse = CELLS[self.short_name].parse


class KnownField(ChoiceField):
    """One of the values that are offered, or none."""

    def read(self, text: str) -> object:
        if text not in self.offered:
            raise Wrong("Choisissez dans la liste.")
        return text


class CivilStatus(Form):
    """Each may be empty: what is known today is kept, and the rest is asked for again."""

    birth_name = CivilField(LABELS["birth_name"], hint="Comme sur la pièce d’identité.")
    usage_name = CivilField("Nom d’usage (s’il y en a un)", hint="Celui d’un conjoint, par exemple.")
    sex = KnownField(LABELS["sex"], "", {"": "Non renseigné", **{sex.value: sex.label for sex in Sex}})
    birth_commune = CivilField(LABELS["birth_commune"])
    birth_insee = CivilField(
        "Code INSEE de cette commune", hint="Cinq signes : 94028. Le code postal suffit, si vous ne l’avez pas."
    )
    birth_postcode = CivilField("Code postal de cette commune", hint="Par exemple 94000.")
    birth_country = CivilField("Pays de naissance (hors de France seulement)", hint="Laissez vide pour la France.")
    access = KnownField(LABELS["access"], "", {"": "Non renseignée", **{way.value: way.label for way in Access}})

    @property
    def civil(self) -> Civil:
        return Civil(**{name: str(getattr(self, name).value or "") for name in CELLS})


class Adjustments(Form):
    note = TextField(
        "Aménagements", longest=500, rows=3, hint="Par exemple : tiers temps, secrétaire, sujet en gros caractères. Vide : aucun."
    )


class Removal(Form):
    """It is asked for a reason where it needs one; that it is missing, the act says."""

    reason = TextField("Motif", rows=3, needed=True)
