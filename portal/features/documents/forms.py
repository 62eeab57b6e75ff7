"""The code of a document that somebody checks."""

from portal.web.fields import TextField
from portal.web.forms import Form


class Checking(Form):
    code = TextField("Code du document", hint="16 signes, en bas du document.")
