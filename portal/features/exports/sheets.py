"""An XLSX that is written row by row: flat memory however many."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import IO

import xlsxwriter

LARGEST = 1_048_575
CHUNK = 64 * 1024


def xlsx(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The bytes of the workbook. It stands in a temporary file, which is gone when the last byte is read."""
    with tempfile.TemporaryFile() as file:
        _write(file, name, header, rows)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def _write(file: IO[bytes], name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(name)
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(header) - 1, 18)
        sheet.write_row(0, 0, header, bold)
        for i, row in enumerate(rows, 1):
            if i > LARGEST:
                sheet.write_string(
                    i, 0, "Suite coupée : une feuille n’a pas plus de lignes. Filtrez davantage, ou prenez le CSV."
                )
                break
            for j, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(i, j, value, day)
                elif isinstance(value, int) and not isinstance(value, bool):
                    sheet.write_number(i, j, value)
                elif value is not None and value != "":
                    sheet.write_string(i, j, str(value))
