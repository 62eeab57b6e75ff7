"""What stands in an address after its « ? »: read here, and nowhere else."""

from flask import request
from werkzeug.datastructures import MultiDict

from portal.store.text import one_line
from portal.web.forms import number_in


def text(name: str, otherwise: str = "") -> str:
    return request.args.get(name, otherwise)


def number(name: str) -> int | None:
    """A number of up to nine digits; None for anything else, or nothing."""
    return number_in(text(name))


def search() -> str:
    """What is looked for on a page that has one box for it."""
    return one_line(text("q"), 100)


def given(*names: str) -> dict[str, str]:
    """Those of these names that the address holds, with what it says of them."""
    return {name: request.args[name] for name in names if name in request.args}


def everything() -> MultiDict[str, str]:
    return request.args
