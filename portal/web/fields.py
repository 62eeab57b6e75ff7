"""The fields of our forms: each keeps what was typed as it was typed, reads it once, and says in French what is wrong of it."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import wtforms
from flask import request
from wtforms.validators import StopValidation

from portal.emails import is_email
from portal.rules.french import number, parse_hour, written_day
from portal.rules.names import name_problem
from portal.store.text import storable
from portal.web.forms import number_in
from portal.web.state import clock

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
EARLIEST_BIRTH = date(1900, 1, 1)


class Wrong(StopValidation):
    """What was typed cannot be taken: why, as a sentence."""


class TypedField(wtforms.Field):
    """Something typed or chosen. `missing` is said when it is empty; without it, it may be empty, unless it is `needed`: that it is
    missing, the act says. `case`: the one in which it must be given, as its label says it.

    `typed` is shown again after an error, `value` is what it means once the form is found right (None when it is empty).
    """

    kind = "text"
    accept = ""  # of a file: what may be chosen
    fills = True  # whether a person fills it in
    written, expected = "", ""  # how it is written, where a browser has no control of its own for it; what it takes

    def __init__(
        self,
        label: str,
        missing: str = "",
        hint: str = "",
        rows: int = 0,
        autocomplete: str = "",
        needed: bool = False,
        case: str = "",
        **bound: Any,
    ) -> None:
        super().__init__(label, description=hint, **bound)
        self.needed, self.case = needed or bool(missing), case
        self.form = bound["_form"]
        self.missing, self.rows, self.autocomplete = missing, rows, autocomplete
        self.typed = ""
        self.value: Any = None

    def process_data(self, value: object) -> None:
        self.typed = "" if value is None else str(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.typed = storable(valuelist[0])

    def pre_validate(self, form: wtforms.form.BaseForm) -> None:
        text = self.plain()
        if not text and self.missing:
            raise Wrong(self.missing)
        self.value = self.read(text) if text else None

    def plain(self) -> str:
        """What was typed, on one line, spaces folded."""
        return " ".join(self.typed.split())

    def read(self, text: str) -> object:
        """What the text means. It raises `Wrong`."""
        return text

    @property
    def sent(self) -> bool:
        """Whether the form that was sent held it at all."""
        return bool(self.raw_data)

    @property
    def shown_as(self) -> str:
        """The type of the box that shows what was typed."""
        return self.kind

    @property
    def optional(self) -> bool:
        """Whether its label says that it may stay empty: where nothing must be given, the head of the form says so for all."""
        return not (self.needed or self.case) and self.form.must() != "none"

    @property
    def first_wrong(self) -> bool:
        """The first field that is wrong is where typing goes on."""
        return next(iter(self.form.problems), None) == self.name


class TextField(TypedField):
    def __init__(self, label: str, missing: str = "", longest: int = 500, kind: str = "text", **more: Any) -> None:
        super().__init__(label, missing, **more)
        self.longest, self.kind = longest, kind

    @property
    def text(self) -> str:
        return self.plain()

    def read(self, text: str) -> object:
        if len(text) > self.longest:
            raise Wrong(f"{number(len(text))} caractères, pour {number(self.longest)} au plus : raccourcissez.")
        return text


class PersonNameField(TextField):
    """A person's name, or a part of it."""

    def __init__(self, label: str, missing: str = "", **more: Any) -> None:
        super().__init__(label, missing, 120, **more)

    def read(self, text: str) -> object:
        super().read(text)
        if why := name_problem(text):
            raise Wrong(why)
        return text


class EmailField(TextField):
    def __init__(self, label: str, missing: str = "", **more: Any) -> None:
        super().__init__(label, missing, 254, "email", **more)

    def read(self, text: str) -> object:
        super().read(text)
        if not is_email(text):
            raise Wrong(f"« {text} » n’est pas une adresse électronique : écrivez-la comme prenom.nom@exemple.fr.")
        return text


class NumberField(TypedField):
    """A whole number from `smallest` to `largest`; `none` is said of 0 where that is too few."""

    def __init__(self, label: str, largest: int, none: str = "", smallest: int = 0, **more: Any) -> None:
        bounds = f"n nombre entier de {max(smallest, 1 if none else 0)} à {largest}."
        super().__init__(label, f"Indiquez u{bounds}", **more)
        self.largest, self.none, self.smallest, self.nameless = largest, none, smallest, self.missing
        self.expected = f"U{bounds}"

    @property
    def number(self) -> int:
        return int(self.value)

    def read(self, text: str) -> object:
        found = number_in(text)
        if self.none and found == 0:
            raise Wrong(self.none)
        if found is None or not self.smallest <= found <= self.largest:
            raise Wrong(self.missing)
        return found


class DayField(TypedField):
    """A date as `<input type="date">` sends it, or as a person types it (jj/mm/aaaa)."""

    kind, written = "date", "jj/mm/aaaa"
    example = "24/08/2020"

    @property
    def day(self) -> date:
        """The date of a field that may not be empty."""
        assert isinstance(self.value, date)
        return self.value

    def read(self, text: str) -> object:
        found = written_day(text)
        if found is None:
            raise Wrong(f"« {text} » n’est pas une date : écrivez-la jj/mm/aaaa, par exemple {self.example}.")
        if not self.plausible(found):
            raise Wrong(f"L’année de « {text} » n’est pas plausible : vérifiez-la.")
        return found

    def plausible(self, found: date) -> bool:
        return EARLIEST <= found <= LATEST

    @property
    def shown_as(self) -> str:
        """A date that no browser could show in its own control stays readable as typed."""
        iso = re.fullmatch(r"....-..-..", self.typed) and self.typed[:4] > "0000"
        return "date" if iso or not self.typed else "text"


class HourField(TypedField):
    """An hour as `<input type="time">` sends it, or as a person types it (8h30)."""

    kind, written = "time", "hh:mm"

    @property
    def hour(self) -> str:
        """« 08:30 »; empty when none was typed."""
        return str(self.value or "")

    def read(self, text: str) -> object:
        found = parse_hour(text)
        if found is None:
            raise Wrong(f"« {text} » n’est pas une heure : écrivez-la hh:mm, par exemple 08:30.")
        return found

    @property
    def shown_as(self) -> str:
        """An hour that no browser could show in its own control stays readable as typed."""
        return "time" if not self.typed or re.fullmatch(r"[0-9]{2}:[0-9]{2}", self.typed) else "text"


class BirthDateField(DayField):
    example = "04/11/1995"

    def plausible(self, found: date) -> bool:
        return EARLIEST_BIRTH <= found < clock().today()


class ChoiceField(TypedField):
    """One of the values that are offered; `missing` is said of anything else."""

    def __init__(self, label: str, missing: str, offered: Mapping[Any, str], **more: Any) -> None:
        super().__init__(label, missing, **more)
        self.offered = offered

    def read(self, text: str) -> object:
        if text not in self.offered:
            raise Wrong(self.missing)
        return text

    @property
    def chosen(self) -> str:
        return str(self.value)


class PickField(TypedField):
    """The number of something that is known here; `wrong` is said of what is no number, or else `missing`."""

    def __init__(self, label: str, missing: str = "", wrong: str = "", **more: Any) -> None:
        super().__init__(label, missing, **more)
        self.wrong = wrong or missing

    def read(self, text: str) -> object:
        found = number_in(text)
        if found is None:
            raise Wrong(self.wrong)
        return found

    @property
    def picked(self) -> int:
        return int(self.value)


class SecretField(TypedField):
    """A password: taken letter by letter, and never shown again."""

    kind = "password"

    def process_formdata(self, valuelist: list[str]) -> None:
        self.secret = valuelist[0] if valuelist else ""

    def process_data(self, value: object) -> None:
        self.secret = ""

    def plain(self) -> str:
        return self.secret


class FileField(TypedField):
    """A file that a person sends: `content`, its bytes, None when none was chosen; `filename`, as the browser calls it."""

    kind = "file"
    content: bytes | None = None
    filename = ""

    def __init__(self, label: str, accept: str, hint: str = "", **bound: Any) -> None:
        super().__init__(label, hint=hint, **bound)
        self.accept = accept

    def process_formdata(self, valuelist: list[str]) -> None:
        file = request.files.get(self.name)
        if file and file.filename:
            self.content, self.filename = file.read(), file.filename
