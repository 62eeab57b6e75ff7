"""Reading a CSV as Excel saves it: every error on its line, in French; all or nothing."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from portal.files.cells import restore

T = TypeVar("T")
LARGEST_FILE = 50_000_000
EARLIEST, LATEST = date(1900, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True)
class LineError:
    line: int
    message: str

    def __str__(self) -> str:
        return f"ligne {self.line} : {self.message}"


class BadFile(Exception):
    """The file cannot be taken over; nothing was written."""

    def __init__(self, errors: Sequence[LineError]) -> None:
        super().__init__("; ".join(map(str, errors[:3])))
        self.errors = errors


class BadCell(ValueError):
    """One cell is wrong; the message is a French sentence."""


@dataclass
class Errors:
    found: list[LineError] = field(default_factory=list)

    def add(self, line: int, message: str) -> None:
        self.found.append(LineError(line, message))

    def stop_if_any(self) -> None:
        if self.found:
            raise BadFile(sorted(self.found, key=lambda e: e.line))


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


def read(data: bytes, required: Sequence[str], optional: Sequence[str] = ()) -> list[Line]:
    """The lines of a CSV with these columns, in any order. Raises BadFile."""
    rows = list(_rows(_decode(data), required))
    if not rows:
        raise BadFile([LineError(1, "le fichier est vide.")])
    (header_line, header), body = rows[0], rows[1:]
    names = [name.strip().casefold() for name in header]
    while names and not names[-1]:
        names.pop()
    errors = Errors()
    expected = ";".join([*required, *optional])
    for name in required:
        if name not in names:
            errors.add(header_line, f"la colonne « {name} » manque ; la première ligne doit être {expected}")
    for name in names:
        if name not in required and name not in optional:
            errors.add(header_line, f"la colonne « {name} » est inconnue ; les colonnes sont {expected}")
        elif names.count(name) > 1:
            errors.add(header_line, f"la colonne « {name} » est en double")
    errors.stop_if_any()
    lines = []
    for number, cells in body:
        if any(cell.strip() for cell in cells[len(names) :]):
            errors.add(number, f"{len(cells)} cellules, pour {len(names)} colonnes")
            continue
        padded = [restore(cell.strip()) for cell in cells[: len(names)]] + [""] * (len(names) - len(cells))
        lines.append(Line(number, {**dict.fromkeys(optional, ""), **dict(zip(names, padded, strict=True))}))
    errors.stop_if_any()
    return lines


def _decode(data: bytes) -> str:
    if len(data) > LARGEST_FILE:
        raise BadFile([LineError(1, "le fichier dépasse 50 Mo ; coupez-le en plusieurs")])
    if data[:2] == b"PK":
        raise BadFile([LineError(1, "c’est un classeur, pas un CSV ; enregistrez-le au format « CSV UTF-8 »")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile(
            [
                LineError(
                    line,
                    "le fichier n’est pas en UTF-8 ; dans Excel, enregistrez-le au format « CSV UTF-8 (délimité par des virgules) »",
                )
            ]
        ) from error
    if "\0" in text:
        raise BadFile([LineError(text.count("\n", 0, text.index("\0")) + 1, "un caractère nul : ce n’est pas un fichier texte")])
    return text


def _rows(text: str, required: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, each with the number of its first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if ";" not in first and first.count(",") >= len(required) - 1 > 0:
        raise BadFile([LineError(1, "les colonnes sont séparées par des virgules ; le séparateur attendu est le point-virgule")])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    start = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadFile([LineError(reader.line_num, "guillemets ou cellule illisibles")]) from error
        if any(cell.strip() for cell in row):
            yield start, row
        start = reader.line_num + 1


def text_of(longest: int, *, required: bool = True) -> Callable[[str], str]:
    def parse(cell: str) -> str:
        value = " ".join(cell.split())
        if required and not value:
            raise BadCell("la cellule est vide")
        if len(value) > longest:
            raise BadCell(f"{len(value)} caractères, pour {longest} au plus")
        if any(ord(c) < 32 or ord(c) == 127 for c in value):
            raise BadCell("un caractère de commande s’y trouve")
        return value

    return parse


def day_of(cell: str) -> date:
    if not re.fullmatch(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", cell):
        raise BadCell(f"« {cell} » n’est pas une date jj/mm/aaaa" if cell else "la date manque")
    d, m, y = map(int, cell.split("/"))
    try:
        value = date(y, m, d)
    except ValueError:
        raise BadCell(f"« {cell} » n’existe pas au calendrier") from None
    if not EARLIEST <= value <= LATEST:
        raise BadCell(f"« {cell} » : vérifiez l’année")
    return value


def day_or_none(cell: str) -> date | None:
    return day_of(cell) if cell else None
