"""Stylesheets and scripts go out without their comments and blanks, kept by browsers as before."""

import gzip
import re
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.paths import STATIC
from portal.web import sparing
from portal.web.sparing import sent, spare, stamp


@pytest.fixture
def client() -> FlaskClient:
    app = Flask("served", static_folder=str(STATIC), static_url_path="/static")
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 31_536_000
    spare(app, STATIC)
    return app.test_client()


def source(name: str) -> str:
    return (STATIC / name).read_text("utf-8")


def test_comments_stay_with_the_source(client: FlaskClient) -> None:
    css, script = client.get("/static/portal.css"), client.get("/static/portal.js")
    assert "/*" in source("portal.css") and "/*" not in css.text
    assert not [line for line in script.text.splitlines() if re.search(r"(^|\s)//\s", line)]
    assert css.mimetype == "text/css" and script.mimetype == "text/javascript"
    assert all("max-age=31536000" in answer.headers["Cache-Control"] for answer in (css, script))
    lines = {line.strip() for line in source("portal.js").splitlines() if "//" not in line}
    assert len(lines) > 50 and lines <= set(script.text.splitlines())


@pytest.mark.parametrize("name", ["portal.css", "rooms.css"])
def test_a_stylesheet_loses_blanks_alone_and_none_of_its_words(client: FlaskClient, name: str) -> None:
    sent, written = client.get(f"/static/{name}").text, re.sub(r"/\*.*?\*/", "", source(name), flags=re.DOTALL)
    assert re.sub(r"\s", "", sent) == re.sub(r"\s", "", written) and len(sent) < 0.95 * len(written)
    assert re.findall('"[^"]*"', sent) == re.findall('"[^"]*"', written)
    assert not re.search(r"[{};,] | [{};,]", re.sub('"[^"]*"', "x", sent))


def test_what_a_browser_has_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/static/portal.css").headers["ETag"]
    again = client.get("/static/portal.css", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("said", "how"),
    [("br", "br"), ("gzip, deflate, br, zstd", "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip", "gzip"), ("", None)],
)
def test_it_is_packed_as_the_browser_unpacks(client: FlaskClient, said: str, how: str | None) -> None:
    bare, answer = client.get("/static/portal.js"), client.get("/static/portal.js", headers={"Accept-Encoding": said})
    assert (answer.headers.get("Content-Encoding"), answer.headers["Vary"]) == (how, "Accept-Encoding")
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[how]
    assert unpack(answer.data) == bare.data and (how is None) == (len(answer.data) == len(bare.data))
    assert (answer.headers["ETag"] == bare.headers["ETag"]) == (how is None), "each has a mark of its own"


@pytest.mark.parametrize("name", ["icon.svg", "offline.html", "htmx-4.0.1.min.js"])
def test_the_rest_goes_out_as_it_lies_there(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").data == (STATIC / name).read_bytes()
    assert client.get("/static/rien.css").status_code == 404


def test_who_asks_for_a_part_of_a_file_is_sent_all_of_it(client: FlaskClient) -> None:
    """A part that is packed as it goes out could not be put together with another."""
    answer = client.get("/static/htmx-LICENSE.txt", headers={"Range": "bytes=100-700"})
    assert answer.status_code == 200 and answer.data == (STATIC / "htmx-LICENSE.txt").read_bytes()


def test_a_name_longer_than_a_file_has_is_not_found(client: FlaskClient) -> None:
    assert client.get(f"/static/{'a' * 300}.css").status_code == 404


def test_what_is_kept_for_a_year_has_another_address_when_something_else_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.css"
    file.write_text("a { color: red; } /* why */")
    stamps = {stamp(file)}
    sent.cache_clear()
    monkeypatch.setattr(sparing, "BLANKS", re.compile("(?!)"))
    stamps.add(stamp(file))
    assert len(stamps) == 2, "the same source, spared in another way"
