"""Pages as w3m and lynx show them, and the words that a person should read there."""

import re
import subprocess
from html.parser import HTMLParser

COLUMNS = 80
W3M = ("w3m", "-T", "text/html", "-I", "UTF-8", "-O", "UTF-8", "-cols", str(COLUMNS), "-dump")
LYNX = ("lynx", "-stdin", "-dump", "-nolist", f"-width={COLUMNS}", "-assume_charset=utf-8", "-display_charset=utf-8")
# What they write of their own: fields and boxes, lynx's names of things, the numbers of a list.
OWN = re.compile(r"\[[^\]]*\]|\S*_{2,}|\(BUTTON\)|CAPTION:|^\s*\d{1,2}\. ", re.MULTILINE)
IN_LINE = frozenset({"a", "abbr", "b", "code", "em", "i", "small", "span", "strong", "time", "wbr"})
UNREAD = frozenset({"title", "script", "style", "option", "textarea"})
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


def shown(program: tuple[str, ...], page: bytes) -> str:
    """The page as this browser writes it, without a style and without a script."""
    return subprocess.run(program, input=page, capture_output=True, check=True, timeout=20).stdout.decode("utf-8", "replace")


def words_shown(text: str) -> list[str]:
    """The words of a page that a browser has written, in its order."""
    return re.findall(r"\w+", OWN.sub(" ", text))


def words_meant(page: bytes) -> list[str]:
    """The words that a person should read, in order: nothing of what is hidden, pictures by what stands for them."""
    reader = _Words()
    reader.feed(page.decode())
    return re.findall(r"\w+", "".join(reader.text))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self._unread: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID and (self._unread or tag in UNREAD or "hidden" in given):
            self._unread.append(tag)
        if not self._unread:
            self.text.append("" if tag in IN_LINE else " ")
            self.text.append(given.get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if self._unread:
            self._unread.pop()
        else:
            self.text.append("" if tag in IN_LINE else " ")

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.text.append(data)
