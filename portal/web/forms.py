"""A form as it was sent: nothing is lost, every problem is a French sentence on its field (`fields.py`)."""

from collections import Counter
from collections.abc import Mapping

import wtforms
from flask import request

RESUME = "_reprise"


def posted() -> bool:
    """Whether a form was sent to be acted on. HEAD asks what GET asks; what comes back after a sign-in, or after « Non,
    corriger », is only shown again."""
    return request.method == "POST" and not resumed() and request.form.get("answer") != "non"


def resumed() -> bool:
    """The form comes back after a sign-in: it is shown again as typed, and saves nothing."""
    return RESUME in request.form


class Form(wtforms.Form):
    """A form whose fields are declared once, with their labels and their sentences, in its room's `forms.py`.

    `initial`: what stands in it before anything is typed, by the field's name.
    """

    def __init__(self, **initial: object) -> None:
        self.beside: dict[str, str] = {}
        super().__init__(request.form if request.method == "POST" else None, data=initial)

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong, a sentence for each field in the order of the form, then what is wrong beside its fields. Where two fields
        are wrong in the same way, or the sentence names none, each says of which."""
        said = Counter(field.errors[0] for field in self if field.errors)
        return {
            f.name: self._of(f, said[f.errors[0]] > 1 or f.errors[0] == getattr(f, "nameless", "")) for f in self if f.errors
        } | self.beside

    def _of(self, field: wtforms.Field, named: bool) -> str:
        return f"{field.label.text} : {field.errors[0]}" if named else str(field.errors[0])

    def must(self, *left_out: str) -> str:
        """Of the fields that a person fills in, whether all must be given (« all »), or « some », or « none »; empty where there
        is one alone, whose label says it. `left_out`: those that the page does not show."""
        shown = [field for field in self if field.name not in left_out]
        needed = sum(getattr(field, "needed", False) for field in shown)
        others = [field for field in shown if getattr(field, "fills", False) and not getattr(field, "needed", False)]
        if needed + len(others) < 2:
            return ""
        if not others:
            return "all"
        return "some" if needed or any(getattr(field, "case", "") for field in others) else "none"

    def put(self, errors: Mapping[str, str]) -> None:
        """What the act says is wrong, on its field."""
        for name, message in errors.items():
            if name in self:
                self[name].errors = [message, *self[name].errors]
            else:
                self.beside[name] = message


def version() -> int:
    """The version that the page was made from; nonsense is a version that never fits."""
    found = number_in(request.form.get("version", ""))
    return -1 if found is None else found


def version_if_any() -> int | None:
    """The same of a form that had none in the release before, whose pages are still open: None where it has none."""
    return version() if "version" in request.form else None


def number_in(text: str) -> int | None:
    """A number of up to nine digits; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 10 else None
