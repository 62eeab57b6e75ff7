"""The rows of a CSV as a spreadsheet saves it: UTF-8, semicolons."""

import csv
import io
from collections.abc import Iterator

from portal.files.errors import BadFile, LineError

Rows = Iterator[tuple[int, list[str]]]


def rows(data: bytes, columns: int) -> Rows:
    """The rows that hold something, each with the number of its first line. `columns` is how many are expected."""
    yield from _rows(_decode(data), columns)


def _decode(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BadFile([LineError(1, f"le fichier est en UTF-16 ; {SAVE_AS}")])
    if data[:3] == b"\xff\xd8\xff" or data[:4] in (b"\x89PNG", b"GIF8", b"%PDF") or data[:4] == b"\xd0\xcf\x11\xe0":
        raise BadFile([LineError(1, f"c’est une image, un PDF ou un ancien document, pas un tableau ; {SAVE_AS}")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile([LineError(line, f"le fichier n’est pas en UTF-8 ; {SAVE_AS}")]) from error
    if "\0" in text:
        raise BadFile([LineError(text.count("\n", 0, text.index("\0")) + 1, "un caractère nul : ce n’est pas un fichier texte")])
    return text


SAVE_AS = "dans Excel, enregistrez-le au format « CSV UTF-8 (délimité par des virgules) »"


def _rows(text: str, columns: int) -> Rows:
    first = next((line for line in text.splitlines() if line.strip()), "")
    if ";" not in first and first.count(",") >= columns - 1 > 0:
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
