"""Stylesheets and scripts as they are sent: without the comments and the blanks, which are for whoever reads the source, and packed as
tightly as the browser unpacks, once; a page is few bytes."""

import gzip
import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path

import brotli
from flask import Flask, Response, request

from portal.web.templates import INDENTATION

COMMENTS = {".css": re.compile(r"/\*.*?\*/", re.DOTALL), ".js": re.compile(r"^//.*\n|[ \t]+// .*$", re.MULTILINE)}
BLANKS = re.compile(r'"[^"]*"|\s*([{};,]|: )\s*')  # of a stylesheet, but for its words
KIND = {".css": "text/css", ".js": "text/javascript"}
# How a file is packed, by what a browser says that it unpacks; the first is the tightest, and asked for over HTTPS alone.
PACKED: dict[str, Callable[[bytes], bytes]] = {"br": brotli.compress, "gzip": lambda data: gzip.compress(data, mtime=0)}


@cache
def sent(file: Path) -> bytes:
    """What a browser needs of this file: of a stylesheet or a script less than lies there."""
    if file.suffix not in COMMENTS or ".min." in file.name:
        return file.read_bytes()
    bare = COMMENTS[file.suffix].sub("", INDENTATION.sub("", file.read_text("utf-8")))
    return (bare if file.suffix == ".js" else BLANKS.sub(lambda met: met[1].strip() if met[1] else met[0], bare)).encode()


@cache
def packed(file: Path, how: str) -> bytes:
    """The same as a browser unpacks it that says `how`, a word of PACKED."""
    return PACKED[how](sent(file))


def stamp(file: Path) -> str:
    """Another one whenever something else of this file is sent: browsers keep what they have for a year."""
    return sha256(sent(file)).hexdigest()[:10]


def spare(app: Flask, folder: Path) -> None:
    """Serve the stylesheets and scripts of this folder so, under the same addresses; everything else as it lies there."""
    ours = {file.name: file for file in folder.iterdir() if file.suffix in COMMENTS}

    def static(filename: str) -> Response:
        if (file := ours.get(filename)) is None:
            request.environ.pop("HTTP_RANGE", None)  # a part would be packed as if it were the whole
            return app.send_static_file(filename)
        how = next((how for how in PACKED if request.accept_encodings.quality(how) > 0), None)
        answer = app.response_class(packed(file, how) if how else sent(file), mimetype=KIND[file.suffix])
        answer.vary.add("Accept-Encoding")
        if how:
            answer.headers["Content-Encoding"] = how
        age = app.get_send_file_max_age(filename)
        answer.headers["Cache-Control"] = "no-cache" if age is None else f"public, max-age={age}"
        answer.set_etag(f"{stamp(file)}-{how}")
        answer.make_conditional(request)
        return answer

    app.view_functions["static"] = static
