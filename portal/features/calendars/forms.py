"""What may be done with the private address of one's own calendar."""

from portal.web.forms import Form
from portal.web.untyped import ButtonField


class PrivateAddress(Form):
    """A new one, or, by « Révoquer sans la remplacer », none."""

    action = ButtonField("Révoquer sans la remplacer")
