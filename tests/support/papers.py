"""What a PDF says, read with a real reader; and papers that nobody reads."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.features.documents import actions


@contextmanager
def unprinted() -> Iterator[None]:
    """Documents are made and kept, and not printed: to print one takes ten times as long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions, "svg", lambda address: "")
        patch.setattr(actions, "pdf", lambda *document: b"%PDF-")
        yield


def text_of(pdf: bytes, folder: Path) -> str:
    """The text of a PDF, laid out as it is."""
    path = folder / "x.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout.decode()
