"""Reading a table whose first row names its columns: every error on its line, in French."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from portal.files import text
from portal.files.cells import restore
from portal.files.errors import BadCell, BadFile, Errors, LineError
from portal.files.found import Found
from portal.rules.french import seen

T = TypeVar("T")
LARGEST_FILE = 50_000_000
SHOWN_UNKNOWN = 3


@dataclass(frozen=True)
class Line:
    number: int
    cells: dict[str, str]

    def get(self, column: str, parse: Callable[[str], T], errors: Errors) -> T | None:
        """The cell, parsed; a wrong one is noted on its line and gives None."""
        try:
            return parse(self.cells[column])
        except BadCell as error:
            errors.add(self.number, f"{column} : {error}")
            return None


@dataclass(frozen=True)
class Lines:
    """The lines of a table; `notes` as in `Found`; `columns`: those that its first row names."""

    lines: Sequence[Line]
    notes: tuple[str, ...]
    columns: frozenset[str]

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)


def read(
    data: bytes | Found,
    required: Sequence[str],
    optional: Sequence[str] = (),
    together: Sequence[str] = (),
    also: Mapping[str, str] | None = None,
) -> Lines:
    """The lines of a CSV, or of a table whose rows are found already, with these columns in any order; those of `together`
    all or none. `also` as in `named`. Raises BadFile."""
    if isinstance(data, Found):
        return named(data, required, (*optional, *together), also, together)
    if len(data) > LARGEST_FILE:
        raise BadFile([LineError(1, "le fichier dépasse 50 Mo ; coupez-le en plusieurs")])
    if data[:2] == b"PK":
        raise BadFile([LineError(1, "c’est un classeur, pas un CSV ; enregistrez-le au format « CSV UTF-8 »")])
    return named(text.found(data, len(required)), required, (*optional, *together), also, together)


def named(
    found: Found,
    required: Sequence[str],
    optional: Sequence[str] = (),
    also: Mapping[str, str] | None = None,
    together: Sequence[str] = (),
) -> Lines:
    """Rows as lines whose cells have names. `also` gives other names by which a column is known. Raises BadFile."""
    if not found.rows:
        raise BadFile([LineError(1, "le fichier est vide.")])
    (header_line, header), body = found.rows[0], found.rows[1:]
    names = [(also or {}).get(name, name) for name in (" ".join(seen(name).split()).casefold() for name in header)]
    while names and not names[-1]:
        names.pop()
    errors = Errors()
    expected = ";".join([*required, *optional])
    for name in required:
        if name not in names:
            errors.add(header_line, f"la colonne « {name} » manque ; la première ligne doit être {expected}")
    absent = [name for name in together if name not in names]
    for name in absent if len(absent) < len(together) else []:
        errors.add(header_line, f"la colonne « {name} » manque : {' et '.join(together)} vont ensemble, ou aucune")
    unknown = [name for name in names if name not in required and name not in optional]
    for name in unknown[:SHOWN_UNKNOWN]:
        errors.add(header_line, f"la colonne « {name[:60]} » est inconnue ; les colonnes sont {expected}")
    if len(unknown) > SHOWN_UNKNOWN:
        errors.add(header_line, f"autres colonnes inconnues : {len(unknown) - SHOWN_UNKNOWN}")
    for name, times in Counter(names).items():
        if times > 1 and (name in required or name in optional):
            errors.add(header_line, f"la colonne « {name} » est en double")
    errors.stop_if_any()
    lines = []
    for number, cells in body:
        if any(cell.strip() for cell in cells[len(names) :]):
            errors.add(number, f"{len(cells)} cellules, pour {len(names)} colonnes")
            continue
        padded = [restore(seen(cell).strip()) for cell in cells[: len(names)]] + [""] * (len(names) - len(cells))
        lines.append(Line(number, {**dict.fromkeys(optional, ""), **dict(zip(names, padded, strict=True))}))
    errors.stop_if_any()
    return Lines(lines, found.notes, frozenset(names))
