"""A file as a person sends it: its head and its words in French become the codes that the take-over reads, and back in what is
said of it."""

import re
from collections.abc import Mapping, Sequence

from portal.features.taking_over.kinds import Kind
from portal.files import table
from portal.files.errors import LineError
from portal.files.found import Found

Rows = Sequence[tuple[int, list[str]]]
FORMERLY = {"courriel": "adresse électronique"}  # what the screen called columns before: files made then are read


def read(kind: Kind, data: bytes) -> Found:
    """The rows of a file of this kind, under the codes of its columns. Raises BadFile."""
    found = table.found(data, kind.required)
    if not found.rows:
        return found
    (first, head), *body = found.rows
    codes = [_code(kind, cell) for cell in head]
    words = [kind.words.get(code, {}) for code in codes] + [{}] * max((len(cells) for _, cells in body), default=0)
    coded = [(line, [_plain(cell, known) for cell, known in zip(cells, words, strict=False)]) for line, cells in body]
    return Found([(first, codes), *coded], found.notes)


def _code(kind: Kind, cell: str) -> str:
    """The code of the column that is called so; what is none stays as it is."""
    said = FORMERLY.get(_folded(cell), _folded(cell))
    return next((code for code, name in kind.columns.items() if said in (code, _folded(name))), cell)


def _plain(cell: str, known: Mapping[str, str]) -> str:
    """The code of what a cell calls in words."""
    return next((code for code, word in known.items() if _folded(cell) == _folded(word)), cell)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def in_words(kind: Kind, errors: Sequence[LineError]) -> list[LineError]:
    """What is wrong of a file, with its columns and codes called as the screen calls them."""
    called = {code: word for words in (kind.columns, *kind.words.values()) for code, word in words.items()}
    codes = re.compile(rf"\b({'|'.join(sorted(called, key=len, reverse=True))})\b")
    return [LineError(e.line, codes.sub(lambda code: called[code[0]], e.message)) for e in errors]
