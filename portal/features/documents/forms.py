"""The code of a document that somebody checks, and whom its bearer says to be."""

from portal.web.fields import BirthDateField, TextField
from portal.web.forms import Form


class Bearer(Form):
    name = TextField("Nom et prénom du porteur", "Indiquez le nom et le prénom.", 250, autocomplete="off")
    born_on = BirthDateField("Sa date de naissance", "Indiquez la date de naissance.")


class Checking(Form):
    code = TextField("Code du document", needed=True, hint="16 signes, en bas du document.")
