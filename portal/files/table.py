"""A table that a person sends from a spreadsheet: CSV, XLSX or ODS, told apart by what it holds and not by its name."""

from portal.files import text, workbook
from portal.files.errors import BadFile, LineError
from portal.files.found import Found

LARGEST_MEGABYTES = 10
MOST_LINES = 20_000


def found(data: bytes, columns: int) -> Found:
    """The rows that hold something, each with its number. Raises BadFile."""
    if not data.strip():
        raise BadFile([LineError(1, "le fichier est vide")])
    if len(data) > LARGEST_MEGABYTES * 1_000_000:
        raise BadFile([LineError(1, f"le fichier dépasse {LARGEST_MEGABYTES} Mo ; coupez-le en plusieurs")])
    read = Found(workbook.rows(data)) if data[:2] == b"PK" else text.found(data, columns)
    if len(read.rows) > MOST_LINES:
        raise BadFile([LineError(MOST_LINES, f"plus de {MOST_LINES} lignes ; coupez le fichier en plusieurs")])
    return read
