"""Stylesheets and scripts as they are sent: without the comments and the blanks, which are for whoever reads the source; a page is few
bytes."""

import re
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, request

from portal.web.templates import INDENTATION

COMMENTS = {".css": re.compile(r"/\*.*?\*/", re.DOTALL), ".js": re.compile(r"^//.*\n|[ \t]+// .*$", re.MULTILINE)}
BLANKS = re.compile(r'"[^"]*"|\s*([{};,]|: )\s*')  # of a stylesheet, but for its words
KIND = {".css": "text/css", ".js": "text/javascript"}


@cache
def sent(file: Path) -> bytes:
    """What a browser needs of this file: of a stylesheet or a script less than lies there."""
    if file.suffix not in COMMENTS or ".min." in file.name:
        return file.read_bytes()
    bare = COMMENTS[file.suffix].sub("", INDENTATION.sub("", file.read_text("utf-8")))
    return (bare if file.suffix == ".js" else BLANKS.sub(lambda met: met[1].strip() if met[1] else met[0], bare)).encode()


def stamp(file: Path) -> str:
    """Another one whenever something else of this file is sent: browsers keep what they have for a year."""
    return sha256(sent(file)).hexdigest()[:10]


def spare(app: Flask, folder: Path) -> None:
    """Serve the stylesheets and scripts of this folder so, under the same addresses; everything else as it lies there."""
    ours = {file.name: file for file in folder.iterdir() if file.suffix in COMMENTS}

    def static(filename: str) -> Response:
        if (file := ours.get(filename)) is None:
            return app.send_static_file(filename)
        answer = app.response_class(sent(file), mimetype=KIND[file.suffix])
        age = app.get_send_file_max_age(filename)
        answer.headers["Cache-Control"] = "no-cache" if age is None else f"public, max-age={age}"
        answer.set_etag(stamp(file))
        answer.make_conditional(request)
        return answer

    app.view_functions["static"] = static
