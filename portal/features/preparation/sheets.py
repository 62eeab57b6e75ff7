"""New sessions from a spreadsheet: each line told good or bad; nothing is written here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.core.approvals import ApprovedTitle
from portal.features.preparation.actions import NewSession, doubts, problems
from portal.files.errors import BadCell, Errors
from portal.files.parsers import day_of, text_of
from portal.files.reading import Line, named
from portal.files.table import found
from portal.rules.lifecycle import Kind
from portal.rules.plausible import Doubt

COLUMNS = ("titre", "type", "date de début", "date de fin", "lieu", "responsable")
ALSO = {
    "code": "titre",
    "title": "titre",
    "kind": "type",
    "début": "date de début",
    "starts_on": "date de début",
    "fin": "date de fin",
    "ends_on": "date de fin",
    "place": "lieu",
    "responsable de session": "responsable",
}
MODEL = (
    COLUMNS,
    ("TP-01303", "titre", "14/09/2020", "18/09/2020", "12 rue des Écoles, 94000 Créteil", "Camille Roux"),
    ("TP-01303", "ccp", "21/09/2020", "22/09/2020", "12 rue des Écoles, 94000 Créteil", "Camille Roux"),
)


@dataclass(frozen=True)
class Read:
    """One line of the file: the session, with what is unlikely about its dates, or what is wrong."""

    number: int
    cells: Mapping[str, str]
    new: NewSession | None
    problems: Sequence[str] = ()
    doubts: Sequence[Doubt] = ()


def kind_of(cell: str) -> Kind:
    try:
        return Kind(cell.strip().casefold())
    except ValueError:
        raise BadCell(f"« {cell} » n’est pas un type de session ({', '.join(Kind)})") from None


def read(data: bytes, titles: Mapping[int, ApprovedTitle], today: date) -> tuple[list[Read], tuple[str, ...]]:
    """Every line of the file, and what had to be decided to read it. Raises BadFile where the table itself cannot be read."""
    by_code = {t.code.casefold(): t.id for t in titles.values()}
    lines = named(found(data, len(COLUMNS)), COLUMNS, (), ALSO)
    return [_read(line, by_code, dict(titles), today) for line in lines], lines.notes


def _read(line: Line, by_code: Mapping[str, int], titles: dict[int, ApprovedTitle], today: date) -> Read:
    def title_of(cell: str) -> int:
        found = by_code.get(cell.strip().casefold())
        if found is None:
            raise BadCell(f"votre centre n’a pas d’agrément pour « {cell} »" if cell else "la cellule est vide")
        return found

    errors = Errors()
    title_id = line.get("titre", title_of, errors)
    kind = line.get("type", kind_of, errors)
    start = line.get("date de début", day_of, errors)
    end = line.get("date de fin", day_of, errors)
    place = line.get("lieu", text_of(200), errors)
    manager = line.get("responsable", text_of(120), errors)
    if title_id is None or kind is None or start is None or end is None or place is None or manager is None:
        return Read(line.number, line.cells, None, [e.message for e in errors.found])
    new = NewSession(title_id, kind, start, end, place, manager)
    wrong, _ = problems(new, titles, today)
    if wrong:
        return Read(line.number, line.cells, None, list(wrong.values()))
    return Read(line.number, line.cells, new, doubts=doubts(new, today))
