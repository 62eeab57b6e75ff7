"""Stylesheets and scripts as they are sent: without their comments, which are for whoever reads the source; a page is few bytes."""

import re
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, request

COMMENTS = {".css": re.compile(r"/\*.*?\*/", re.DOTALL), ".js": re.compile(r"^ *//.*\n", re.MULTILINE)}
KIND = {".css": "text/css", ".js": "text/javascript"}


def without_comments(file: Path) -> str:
    """What a browser needs of this stylesheet or script."""
    return COMMENTS[file.suffix].sub("", file.read_text("utf-8"))


def spare(app: Flask, folder: Path) -> None:
    """Serve the stylesheets and scripts of this folder so, under the same addresses; everything else as it lies there."""

    def static(filename: str) -> Response:
        file = folder / filename
        if file.suffix not in COMMENTS or file.parent != folder or not file.is_file():
            return app.send_static_file(filename)
        body = without_comments(file)
        answer = app.response_class(body, mimetype=KIND[file.suffix])
        answer.cache_control.public = True
        answer.cache_control.max_age = app.get_send_file_max_age(filename)
        answer.set_etag(sha256(body.encode()).hexdigest()[:16])
        answer.make_conditional(request)
        return answer

    app.view_functions["static"] = static
