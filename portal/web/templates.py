"""How templates and scripts are sent: what in them is for people, indentation and comments, stays here."""

import re

from flask import Response, request
from jinja2.ext import Extension

INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
COMMENT = re.compile(r"^//.*\n", re.MULTILINE)


class Unindented(Extension):
    """A line of a template starts where its words start: a page cut in many short lines weighs no more than one of long lines.

    A line that ends with a tag of the template joins the next one: a space that counts stands beside the word it belongs to.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return INDENTATION.sub("", source)


def lean_script(response: Response) -> Response:
    """One of our own scripts without the lines that are comments: every page carries it."""
    if (response.mimetype or "").endswith("/javascript") and response.status_code == 200 and ".min." not in request.path:
        response.direct_passthrough = False
        response.set_data(COMMENT.sub("", INDENTATION.sub("", response.get_data(as_text=True))))
    return response
