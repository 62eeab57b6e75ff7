"""Run as a program: a workbook on standard input, its first sheet's rows as JSON on standard output.

Exit status 3: not a workbook that can be read; 4: it holds more than anybody types.
"""

import io
import json
import os
import resource
import sys
from datetime import date, datetime
from itertools import islice

from python_calamine import CalamineError, CalamineWorkbook

MEMORY, SECONDS = 200_000_000, 5
MOST_ROWS = 100_000
MOST_SIGNS = 20_000_000  # of all that is handed on


def cell(value: object) -> str:
    if isinstance(value, (datetime, date)):
        return f"{value.day:02}/{value.month:02}/{value.year:04}"
    if isinstance(value, float):
        return str(int(value)) if value == int(value) else str(value)
    return str(value)


def name(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def main() -> int:
    os.nice(10)  # pages come first
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        sheet = workbook.get_sheet_by_index(0)
        rows = islice(sheet.iter_rows(), MOST_ROWS)
        merged = sheet.merged_cell_ranges or []
    except (CalamineError, ValueError, IndexError):
        return 3
    found, room = [], MOST_SIGNS
    left = [""] * (sheet.start[1] if sheet.start else 0)  # the empty columns before the table, which `iter_rows` leaves out
    for i, row in enumerate(rows, 1):
        cells = left + [cell(value) for value in row]
        room -= sum(map(len, cells)) + len(cells)
        if room < 0:  # a few kilobytes may share one long text a million times
            return 4
        if any(cells):
            found.append((i, cells))
    answer = {
        "rows": found,
        "merged": [(top + 1, f"{name(left)}{top + 1}:{name(right)}{bottom + 1}") for (top, left), (bottom, right) in merged[:20]],
    }
    json.dump(answer, sys.stdout)
    return 0


sys.exit(main())
