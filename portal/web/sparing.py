"""Stylesheets and scripts as they are sent: without the comments and the blanks, which are for whoever reads the source; a page is few
bytes."""

import re
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, request

from portal.web.templates import INDENTATION

COMMENTS = {".css": re.compile(r"/\*.*?\*/", re.DOTALL), ".js": re.compile(r"^//.*\n|[ \t]+// .*$", re.MULTILINE)}
BLANKS = re.compile(r'"[^"]*"|\s*([{};,]|: )\s*')  # of a stylesheet, but for its words
KIND = {".css": "text/css", ".js": "text/javascript"}


def lean(file: Path) -> str:
    """What a browser needs of this stylesheet or script."""
    text = file.read_text("utf-8")
    if ".min." in file.name:
        return text
    bare = COMMENTS[file.suffix].sub("", INDENTATION.sub("", text))
    return bare if file.suffix == ".js" else BLANKS.sub(lambda met: met[1].strip() if met[1] else met[0], bare)


def spare(app: Flask, folder: Path) -> None:
    """Serve the stylesheets and scripts of this folder so, under the same addresses; everything else as it lies there."""

    def static(filename: str) -> Response:
        file = folder / filename
        if file.suffix not in COMMENTS or file.parent != folder or not file.is_file():
            return app.send_static_file(filename)
        body = lean(file)
        answer = app.response_class(body, mimetype=KIND[file.suffix])
        age = app.get_send_file_max_age(filename)
        answer.headers["Cache-Control"] = "no-cache" if age is None else f"public, max-age={age}"
        answer.set_etag(sha256(body.encode()).hexdigest()[:16])
        answer.make_conditional(request)
        return answer

    app.view_functions["static"] = static
