"""What may be sent to the pages of the deposit."""

from portal.web.fields import FileField
from portal.web.forms import Form


class Report(Form):
    file = FileField(
        "Rapport de la Caisse des Dépôts (XML)",
        ".xml",
        "Il dit lui-même de quel lot il est. Tout est lu, ou rien n’est enregistré.",
        needed=True,
    )
