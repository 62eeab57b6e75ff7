"""What may be typed of a candidate."""

from portal.core.people import Person
from portal.web.fields import BirthDateField, EmailField, PersonNameField, TextField
from portal.web.forms import Form


class Candidate(Form):
    last_name = PersonNameField("Nom", "Indiquez le nom.", hint="Avec ses accents et sa particule.")
    first_name = PersonNameField("Prénom")
    born_on = BirthDateField("Date de naissance", "Indiquez la date de naissance.")
    email = EmailField("Adresse électronique (facultatif)")

    @property
    def person(self) -> Person:
        return Person(self.last_name.text, self.first_name.text, self.born_on.day, self.email.text)


class Removal(Form):
    """Whether it needs a reason, the act says."""

    reason = TextField("Motif", rows=3)
