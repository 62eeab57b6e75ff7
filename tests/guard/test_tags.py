"""What reads the pages for the tests reads them as Python's own reader does, and stops at what it does not know."""

from html.parser import HTMLParser

import pytest

from tests.support.tags import Attributes, Tags

PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>L’aide &amp; plus &eacute;</title><!-- a <b> of nobody's -->
<style>p > a { color: red }</style><script src='a.js' defer></script><script>if (1 < 2) { f("</p>") }</script></head>
<body data-a="x > y" DATA-B='"q"' data-c="1 &lt; 2&#10;&nbsp;" hidden><h1>Sessions</h1><svg viewBox="0 0 1 1"><path d="M0/1"/></svg>
<p class="a
b">« un &laquo; deux », 3 &gt; 2<br><input name=place value="" required/><wbr>fin</p ></body></html>
"""


class Said(Tags):
    def __init__(self) -> None:
        self.parts: list[object] = []

    def handle_starttag(self, tag: str, attributes: Attributes) -> None:
        self.parts.append((tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(tag)

    def handle_data(self, data: str) -> None:
        self.parts.append(["", data])


class Pythons(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(tag)

    def handle_data(self, data: str) -> None:
        self.parts.append(["", data])


def test_a_page_is_read_as_pythons_own_reader_does() -> None:
    said, pythons = Said(), Pythons()
    said.feed(PAGE)
    pythons.feed(PAGE)
    pythons.close()
    assert said.parts == pythons.parts and len(said.parts) > 30


@pytest.mark.parametrize("page", ("<p>1 < 2</p>", '<p class="a>open</p>', "<p>fin</p", "<3>", "<script>never ends"))
def test_what_is_no_page_is_not_passed_over(page: str) -> None:
    with pytest.raises((AssertionError, ValueError)):
        Said().feed(page)
