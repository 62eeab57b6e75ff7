"""Fields into which nobody types: boxes, buttons, what a page carries unseen."""

from portal.web.fields import TypedField
from portal.web.forms import number_in


class TickField(TypedField):
    """A box that is ticked or not; it is `needed` where it declares something."""

    fills = False  # but where it is needed

    @property
    def ticked(self) -> bool:
        return bool(self.typed)


class ButtonField(TypedField):
    """A button that does something else than saving; its value may say of which of many things (`number`)."""

    fills = False

    @property
    def number(self) -> int | None:
        return number_in(self.typed)


class HiddenField(TypedField):
    """What the page carries unseen: a form's own key, where it came from."""

    fills = False

    @property
    def key(self) -> str:
        return self.typed[:64]
