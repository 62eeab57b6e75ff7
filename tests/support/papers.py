"""What a PDF says, read with a real reader."""

import subprocess
from pathlib import Path


def text_of(pdf: bytes, folder: Path) -> str:
    """The text of a PDF, laid out as it is."""
    path = folder / "x.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout.decode()
