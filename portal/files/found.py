"""What a file that somebody sends holds, before its columns have names."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.files.errors import BadFile, LineError
from portal.rules.french import number as in_words

MOST_COLUMNS = 100
LONGEST_CELL = 10_000


@dataclass(frozen=True)
class Found:
    """The rows that hold something, each with its number. `notes`: what had to be decided to read them, as French sentences
    without their stop; whoever sent the file reads them."""

    rows: Sequence[tuple[int, list[str]]]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """However a file was read: no row is wider, and no cell longer, than a table of ours has use for. Raises BadFile."""
        for line, cells in self.rows:
            if len(cells) > MOST_COLUMNS and any(cell.strip() for cell in cells[MOST_COLUMNS:]):
                raise BadFile([LineError(line, f"plus de {MOST_COLUMNS} colonnes")])
            if any(len(cell) > LONGEST_CELL for cell in cells):
                raise BadFile([LineError(line, f"une cellule dépasse {in_words(LONGEST_CELL)} caractères")])
