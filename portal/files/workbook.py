"""The rows of an XLSX or ODS workbook, read in a process of its own.

A workbook is somebody else's archive: it may unpack to gigabytes or claim a cell at the far corner of the sheet. The child
has little memory and little time; what kills it kills nothing else.
"""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

from portal.files.errors import BadFile, LineError

CHILD = Path(__file__).with_name("workbook_child.py")
SECONDS = 8
MOST_UNPACKED = 100_000_000
TOO_LARGE = (
    "le classeur est démesuré : gardez une feuille, sans mise en forme au-delà du tableau, ou enregistrez-la en « CSV UTF-8 »"
)
UNREADABLE = "le classeur est illisible : ouvrez-le dans votre tableur, puis enregistrez-le de nouveau (.xlsx ou .ods)"


def rows(data: bytes) -> list[tuple[int, list[str]]]:
    """The rows of the first sheet that hold something, each with its number; dates as dd/mm/yyyy. Raises BadFile."""
    _weigh(data)
    command = [sys.executable, "-I", str(CHILD)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise BadFile([LineError(1, TOO_LARGE)]) from None
    if done.returncode:
        raise BadFile([LineError(1, UNREADABLE if done.returncode == 3 else TOO_LARGE)])
    answer = json.loads(done.stdout)
    if merged := answer["merged"]:
        raise BadFile([LineError(line, f"cellules fusionnées ({where}) : défusionnez-les") for line, where in merged])
    return [(number, cells) for number, cells in answer["rows"]]


def _weigh(data: bytes) -> None:
    """Refuse at once an archive that says itself how large it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise BadFile([LineError(1, UNREADABLE)]) from None
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED or len(entries) > 5_000:
        raise BadFile([LineError(1, TOO_LARGE)])
    names = {entry.filename for entry in entries}
    if not names & {"xl/workbook.xml", "content.xml", "xl/workbook.bin"}:
        raise BadFile([LineError(1, "cette archive n’est ni un classeur XLSX ni un classeur ODS")])
