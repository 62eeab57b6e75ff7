"""Reading what was typed: nothing is lost, every problem is a French sentence on its field."""

from datetime import date

from flask import request

from portal.rules.french import parse_day
from portal.rules.names import is_email, name_problem
from portal.store.text import storable

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
EARLIEST_BIRTH = date(1900, 1, 1)
RESUME = "_reprise"


def posted() -> bool:
    """Whether a form was sent to be acted on. HEAD asks what GET asks, and what comes back after a sign-in is only shown again."""
    return request.method == "POST" and not resumed()


def resumed() -> bool:
    """The form comes back after a sign-in: it is shown again as typed, and saves nothing."""
    return RESUME in request.form


class Form:
    """The posted values, as typed, with what is wrong of them."""

    def __init__(self, **initial: str) -> None:
        self.values = dict(initial)
        self.errors: dict[str, str] = {}
        if request.method == "POST":
            for name in initial:
                if name in request.form:
                    self.values[name] = storable(request.form[name])

    def text(self, name: str, longest: int = 500) -> str:
        value = " ".join(self.values[name].split())
        if len(value) > longest:
            self.errors[name] = f"{len(value)} caractères, pour {longest} au plus : raccourcissez."
        return value

    def person_name(self, name: str, missing: str = "") -> str:
        """A person's name, or a part of it; `missing` is said when it is empty, unless it may be."""
        value = self.text(name, 120)
        if name not in self.errors and (why := name_problem(value, missing)):
            self.errors[name] = why
        return value

    def email(self, name: str) -> str:
        value = self.text(name, 254)
        if value and not is_email(value):
            self.errors[name] = f"« {value} » n’est pas une adresse électronique, comme prenom.nom@exemple.fr."
        return value

    def number(self, name: str, largest: int) -> int:
        """A whole number from 0 to `largest`."""
        value = self.values[name].strip()
        if not (value.isascii() and value.isdecimal() and len(value) < 10 and int(value) <= largest):
            self.errors[name] = f"Indiquez un nombre entier de 0 à {largest}."
            return 0
        return int(value)

    def birth_date(self, name: str, today: date) -> date | None:
        value = self.values[name].strip()
        parsed = parse_day(value)
        if not value:
            self.errors[name] = "Indiquez la date de naissance."
        elif parsed is None:
            self.errors[name] = f"« {value} » n’est pas une date : écrivez-la jj/mm/aaaa, par exemple 04/11/1995."
        elif not EARLIEST_BIRTH <= parsed < today:
            self.errors[name] = f"« {value} » : vérifiez l’année."
            return None
        return parsed

    def day(self, name: str, missing: str) -> date | None:
        """A date as `<input type="date">` sends it, or as a person types it (jj/mm/aaaa)."""
        value = self.values[name].strip()
        if not value:
            self.errors[name] = missing
            return None
        parsed = parse_day(value)
        if parsed is None:
            self.errors[name] = f"« {value} » n’est pas une date : écrivez-la jj/mm/aaaa, par exemple 24/08/2020."
        elif not EARLIEST <= parsed <= LATEST:
            self.errors[name] = f"« {value} » : vérifiez l’année."
            return None
        return parsed


def version() -> int:
    """The version that the page was made from; nonsense is a version that never fits."""
    found = number_in(request.form.get("version", ""))
    return -1 if found is None else found


def number_in(text: str) -> int | None:
    """A number of up to nine digits; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 10 else None
