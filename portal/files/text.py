"""The rows of a CSV as a spreadsheet saves it: UTF-8 and semicolons or, where it is beyond doubt, what older ones write."""

import csv
import io
import re
from collections.abc import Iterator

from portal.files.errors import BadFile, LineError
from portal.files.found import Found

SAVE_AS = "dans Excel, enregistrez-le au format « CSV UTF-8 (délimité par des virgules) »"
NOT_A_TEXT = f"ce fichier n’est ni un tableau ni un texte (il contient des signes qui ne sont d’aucun texte) ; {SAVE_AS}"
AS_WINDOWS = "le fichier n’était pas en UTF-8 : il a été lu comme Windows-1252, relisez les accents"
AS_UTF_16 = "le fichier n’était pas en UTF-8 : il a été lu comme UTF-16"
SEPARATORS = {",": "virgules", "\t": "tabulations"}
# Bytes that are UTF-8 within a file that is not: half of each cannot be told from the other.
UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# What Windows-1252 shows of files from an old Mac or from DOS: signs that no name holds, capitals and dots amid small letters.
ELSEWHERE = re.compile(r"[‚ƒ„†‡ˆ‰‹›˜™]|[a-zà-ÿ][ŠŽŒŸ]|\w…\w")


def found(data: bytes, columns: int) -> Found:
    """The rows that hold something, each with the number of its first line; `columns` is how many are expected. Raises BadFile."""
    text, encoding = _decode(data)
    separator = _separator(text, columns)
    notes = [encoding] if encoding else []
    if separator in SEPARATORS:
        notes.append(f"les colonnes étaient séparées par des {SEPARATORS[separator]}, et non par des points-virgules")
    return Found(list(_rows(text, separator)), tuple(notes))


def _decode(data: bytes) -> tuple[str, str]:
    """The text, and what is to be said of its encoding."""
    if data[:3] == b"\xff\xd8\xff" or data[:4] in (b"\x89PNG", b"GIF8", b"%PDF") or data[:4] == b"\xd0\xcf\x11\xe0":
        raise BadFile([LineError(1, f"c’est une image, un PDF ou un ancien document, pas un tableau ; {SAVE_AS}")])
    said = ""
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            text, said = data.decode("utf-16"), AS_UTF_16
        else:
            text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        windows = _windows(data)
        if windows is None:
            raise BadFile([LineError(line, f"le fichier n’est pas en UTF-8 ; {SAVE_AS}")]) from error
        text, said = windows, AS_WINDOWS
    if "\0" in text:
        raise BadFile([LineError(text.count("\n", 0, text.index("\0")) + 1, NOT_A_TEXT)])
    return text, said


def _windows(data: bytes) -> str | None:
    """The text as an older Excel wrote it, in Windows-1252; None where it may as well be something else."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or UTF_8.search(data):
        return None
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return None if ELSEWHERE.search(text) else text


def _separator(text: str, columns: int) -> str:
    """What stands between the names of the columns: a semicolon, unless another alone separates as many as are expected."""
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    if ";" in first:
        return ";"
    others = [sign for sign in SEPARATORS if first.count(sign) >= columns - 1 > 0]
    if len(others) > 1:
        raise BadFile([LineError(1, "virgules et tabulations se mêlent ; le séparateur attendu est le point-virgule")])
    return others[0] if others else ";"


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
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
