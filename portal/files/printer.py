"""From content to PDF/UA-1, by one typst compiler that is kept: its templates and fonts are read once."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Any

import typst

from portal.paths import TEMPLATES

FOLDER = TEMPLATES / "documents"
_lock = Lock()


class NotPrinted(ValueError):
    """The printer refuses what it is given: trying again is in vain."""


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(root=str(FOLDER))


def pdf(template: str, title: str, documents: Sequence[Mapping[str, Any]], at: datetime) -> bytes:
    """The documents one after another in one file. `template` is a file of templates/documents without its ending."""
    inputs = {"data": json.dumps({"title": title, "documents": documents}, ensure_ascii=False)}
    with _lock:
        try:
            return _compile(template, inputs, at, accessible=True)
        except typst.TypstError as error:
            if "could not be displayed" not in error.message:
                raise NotPrinted("the printer cannot print this") from error
            # A name in an alphabet that no font here has: the document is made, without the label of the standard.
            return _compile(template, inputs, at, accessible=False)


def _compile(template: str, inputs: dict[str, str], at: datetime, *, accessible: bool) -> bytes:
    made = _compiler().compile(
        str(FOLDER / f"{template}.typ"),
        format="pdf",
        sys_inputs=inputs,
        pdf_standards="ua-1" if accessible else None,
        timestamp=int(at.timestamp()),
    )
    assert isinstance(made, bytes)
    return made
