"""One candidate as it is typed or read from a file."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from portal.rules.names import full_name
from portal.store.text import fold


def sort_key(last_name: str, first_name: str) -> str:
    """Name and first name without accents and case: French order, at most 260 signs."""
    return fold(f"{last_name} {first_name}")[:260]


@dataclass(frozen=True)
class Person:
    last_name: str
    first_name: str
    born_on: date
    email: str = ""

    @cached_property
    def sort_key(self) -> str:
        """What the person is sorted by, and found again by; worked out once: a file asks for it often."""
        return sort_key(self.last_name, self.first_name)

    @property
    def identity(self) -> tuple[str, date]:
        """Who is the same person: name, accents and case aside, and birth date."""
        return self.sort_key, self.born_on

    @property
    def name(self) -> str:
        """NOM Prénom"""
        return full_name(self.last_name, self.first_name)

    @property
    def columns(self) -> dict[str, object]:
        """The columns of the candidate that this person is, by name."""
        return {
            "last_name": self.last_name,
            "first_name": self.first_name,
            "born_on": self.born_on,
            "email": self.email,
            "sort_key": self.sort_key,
        }
