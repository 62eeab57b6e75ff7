"""The most memory that a process has taken when so many lines were written as a workbook and as CSV, in KiB, after each number:
`python -m tests.support.heaviest 500 100000`. It is one of its own, which has no room left by others to write into."""

import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from portal.features.exports.sheets import xlsx
from portal.files.cells import lines

HEADER = ("session", "last_name", "born_on")


def written(count: int) -> int:
    """How many bytes and signs they are."""

    def rows() -> Iterator[tuple[int, str, date]]:
        for i in range(count):
            yield (i, f"=Nom{i}", date(1990, 1, 1))

    size = sum(len(chunk) for chunk in xlsx("Candidats", HEADER, rows()))
    return size + sum(len(line) for line in lines(HEADER, rows()))


def taken() -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found.group(1))


if __name__ == "__main__":
    for count in map(int, sys.argv[1:]):
        assert written(count) > count
        print(taken())
