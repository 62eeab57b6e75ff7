"""Candidates of one session from a spreadsheet: each line told good or bad; nothing is written here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.core.people import Person
from portal.files.errors import BadCell, Errors
from portal.files.parsers import born_before, email_of, text_of
from portal.files.reading import Line, named
from portal.files.table import found
from portal.rules.names import name_problem

REQUIRED, OPTIONAL = ("nom", "prénom", "date de naissance"), ("adresse électronique",)
COLUMNS = (*REQUIRED, *OPTIONAL)
# Other names by which a column is known: of the take-over file, and as people write them.
ALSO = {
    "last_name": "nom",
    "first_name": "prénom",
    "prenom": "prénom",
    "prénoms": "prénom",
    "born_on": "date de naissance",
    "naissance": "date de naissance",
    "né(e) le": "date de naissance",
    "date_naissance": "date de naissance",
    "email": "adresse électronique",
    "e-mail": "adresse électronique",
    "courriel": "adresse électronique",
    "adresse electronique": "adresse électronique",
}
MODEL = (
    COLUMNS,
    ("D’Aubigné", "Éloïse", "04/11/1995", "eloise.daubigne@exemple.fr"),
    ("Nguyễn", "Thị Hương", "23/02/1988", ""),
)
LISTED = "déjà sur la liste de cette session"


@dataclass(frozen=True)
class Read:
    """One line of the file: the person, or what is wrong; `twin` is what it repeats, when it does."""

    number: int
    cells: Mapping[str, str]
    person: Person | None
    problems: Sequence[str] = ()
    twin: str = ""

    @property
    def good(self) -> bool:
        return self.person is not None and not self.twin


def person_name(required: bool):  # type: ignore[no-untyped-def]
    def parse(cell: str) -> str:
        value = text_of(120, required=required)(cell)
        if why := name_problem(value):
            raise BadCell(why.removesuffix("."))
        return value

    return parse


def read(data: bytes, today: date, known: set[tuple[str, object]]) -> tuple[list[Read], tuple[str, ...]]:
    """Every line of the file, and what had to be decided to read it. `known`: who is on the list already. Raises BadFile where the table itself cannot be read."""
    lines = named(found(data, len(REQUIRED)), REQUIRED, OPTIONAL, ALSO)
    seen: dict[tuple[str, object], int] = {}
    return [_read(line, today, known, seen) for line in lines], lines.notes


def _read(line: Line, today: date, known: set[tuple[str, object]], seen: dict[tuple[str, object], int]) -> Read:
    errors = Errors()
    last = line.get("nom", person_name(True), errors)
    first = line.get("prénom", person_name(False), errors)
    born = line.get("date de naissance", born_before(today), errors)
    email = line.get("adresse électronique", email_of, errors)
    if last is None or first is None or born is None or email is None:
        return Read(line.number, line.cells, None, [e.message for e in errors.found])
    person = Person(last, first, born, email)
    if person.identity in seen:
        return Read(line.number, line.cells, person, twin=f"doublon de la ligne {seen[person.identity]}")
    seen[person.identity] = line.number
    if person.identity in known:
        return Read(line.number, line.cells, person, twin=LISTED)
    return Read(line.number, line.cells, person)
