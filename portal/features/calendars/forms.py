"""What may be done with the private address of one's own calendar."""

from portal.web.fields import ButtonField
from portal.web.forms import Form


class PrivateAddress(Form):
    """A new one, or, by « Révoquer sans la remplacer », none."""

    action = ButtonField("Révoquer sans la remplacer")
