"""Candidates of one session from a spreadsheet: each line told good or bad; nothing is written here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from portal.core.people import Person
from portal.features.candidates.importing import civil_of
from portal.files.civil import CELLS
from portal.files.errors import BadCell, Errors
from portal.files.parsers import born_before, email_of, text_of
from portal.files.reading import Line, named
from portal.files.table import found
from portal.rules.civil import Civil
from portal.rules.names import name_problem

REQUIRED, OPTIONAL = ("nom", "prénom", "date de naissance"), ("adresse électronique",)
COLUMNS = (*REQUIRED, *OPTIONAL)
CIVIL = tuple(cell.heading for cell in CELLS.values())
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
    **{name: cell.heading for name, cell in CELLS.items()},
}
MODEL = (
    (*COLUMNS, *CIVIL),
    ("D’Aubigné", "Éloïse", "04/11/1995", "eloise.daubigne@exemple.fr", "Martin", "D’Aubigné", "F", "94028", "", "Créteil", "", "continue"),
    ("Nguyễn", "Thị Hương", "23/02/1988", "", "Nguyễn", "", "F", "", "", "Hanoï", "Vietnam", "vae"),
)  # fmt: skip
LISTED = "déjà sur la liste de cette session"


@dataclass(frozen=True)
class Read:
    """One line of the file: the person, or what is wrong; `twin` is what it repeats, when it does. `civil`: what it says of the
    civil status, by column; `completes`: the person is on the list, and this is new of her."""

    number: int
    cells: Mapping[str, str]
    person: Person | None
    problems: Sequence[str] = ()
    twin: str = ""
    civil: Mapping[str, str] = field(default_factory=dict)
    completes: bool = False

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


def read(data: bytes, today: date, known: Mapping[tuple[str, date], Civil]) -> tuple[list[Read], tuple[str, ...]]:
    """Every line of the file, and what had to be decided to read it. `known`: who is on the list already. Raises BadFile where the table itself cannot be read."""
    lines = named(found(data, len(REQUIRED)), REQUIRED, (*OPTIONAL, *CIVIL), ALSO)
    seen: dict[tuple[str, date], int] = {}
    return [_read(line, today, known, seen) for line in lines], lines.notes


def _read(line: Line, today: date, known: Mapping[tuple[str, date], Civil], seen: dict[tuple[str, date], int]) -> Read:
    errors = Errors()
    last = line.get("nom", person_name(True), errors)
    first = line.get("prénom", person_name(False), errors)
    born = line.get("date de naissance", born_before(today), errors)
    email = line.get("adresse électronique", email_of, errors)
    civil = civil_of(line, errors)
    if last is None or first is None or born is None or email is None or errors.found:
        return Read(line.number, line.cells, None, [e.message for e in errors.found])
    person = Person(last, first, born, email)
    if person.identity in seen:
        return Read(line.number, line.cells, person, twin=f"doublon de la ligne {seen[person.identity]}")
    seen[person.identity] = line.number
    if person.identity in known:
        return told_of_listed(line.number, line.cells, person, civil, known[person.identity])
    return Read(line.number, line.cells, person, civil=civil)


def told_of_listed(number: int, cells: Mapping[str, str], person: Person, civil: Mapping[str, str], known: Civil) -> Read:
    """A line of somebody who is on the list: it completes the civil status, or brings nothing."""
    new = any(getattr(known, name) != value for name, value in civil.items())
    return Read(number, cells, person, twin="" if new else LISTED, civil=civil, completes=new)
