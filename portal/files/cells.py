"""Cells that a spreadsheet would run as a formula are written with an apostrophe before them, and come back without it."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from portal.rules.french import day

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutralise(cell: str) -> str:
    """« =1+1 » becomes « '=1+1 ». What already begins with apostrophes before such a sign gets one more, so that
    `restore` always gives the cell back."""
    return "'" + cell if cell.lstrip("'").startswith(_STARTS) else cell


def restore(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_STARTS) else cell


def as_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return day(value)
    return neutralise(str(value))


class _Echo:
    """Hands each line that the csv writer makes straight back."""

    def write(self, text: str) -> str:
        return text


def lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a CSV, one at a time: flat memory however many."""
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\n")
    yield writer.writerow(header)
    for row in rows:
        yield writer.writerow([as_cell(value) for value in row])
