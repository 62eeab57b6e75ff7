"""What may be sent to the pages of the deposit."""

from portal.web.fields import FileField
from portal.web.forms import Form


class Report(Form):
    file = FileField("Rapport de la Caisse des Dépôts (XML)")
