"""What may be typed to deposit the signed minutes, and to refuse them."""

from portal.web.fields import FileField, TextField
from portal.web.forms import Form


class Depositing(Form):
    file = FileField(
        "Procès-verbal signé (PDF)",
        "application/pdf",
        "Signé par le jury, puis numérisé en un seul PDF. 5 Mo au plus.",
        needed=True,
    )


class Refusing(Form):
    reason = TextField(
        "Motif",
        longest=1000,
        rows=3,
        needed=True,
        hint="Ce qui manque ou ne convient pas. Le centre le lit, et il reste dans l’historique.",
    )
