"""How templates are read: what in them is for people, indentation, stays here."""

import re

from jinja2.ext import Extension

INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)


class Unindented(Extension):
    """A line of a template starts where its words start: a page cut in many short lines weighs no more than one of long lines.

    A line that ends with a tag of the template joins the next one: a space that counts stands beside the word it belongs to.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return INDENTATION.sub("", source)
