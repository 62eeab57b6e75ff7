"""What a person reads on a page, as text: one block a line, so that a template may be laid out anew and nothing changes.

Links carry where they lead, fields and buttons stand in brackets: `Aide <</aide>>`, `[date 2020-06-22]`, `(•) Titre`, `[Enregistrer]`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.support.tags import Attributes, Tags

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "header",
        "hr",
        "html",
        "label",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "optgroup",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "text",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
APART = frozenset({"small", "span", "time"})  # the stylesheet sets many of them as blocks: a space beside them shows nothing
MARKS = {"h1": "# ", "h2": "## ", "h3": "### ", "li": "- ", "summary": "▸ "}
UNSEEN = frozenset({"script", "style", "template"})
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
MOST_CHOICES = 30
# What w3m and lynx, too, begin anew after and before; all else they write on in the same line, word to word where nothing stands between.
PARTING = BLOCKS - {
    *("article", "aside", "body", "details", "dialog", "fieldset", "figcaption", "figure", "footer", "form", "header", "html"),
    *("label", "legend", "main", "nav", "optgroup", "section", "summary", "table", "text"),
}
BLANK, SPACES = re.compile(r"[ \t\r\n\f]+"), re.compile(" {2,}")
LETTERS = re.compile(r"[\w)»%….!?]"), re.compile(r"[\w(«⚠✓✕⊘◷○▶↷■→]")


@dataclass(frozen=True)
class Visible:
    """`here`: the links of the frame that say « this page »; `frame`: what stands around the content; `wrong`: what whoever
    hears the page, or reads it without a stylesheet, stumbles over."""

    title: str
    here: tuple[str, ...]
    frame: str
    main: str
    wrong: tuple[str, ...]


def visible(page: str) -> Visible:
    """Read a page."""
    reader = _Reader()
    reader.feed(page)
    reader.end_line()
    frame, main = ("\n".join(lines) for lines in (reader.frame, reader.main))
    return Visible(" ".join(reader.title.split()), tuple(reader.here), frame, main, tuple(reader.wrong()))


class _Reader(Tags):
    def __init__(self) -> None:
        self.title = ""
        self.here: list[str] = []
        self.frame: list[str] = []
        self.main: list[str] = []
        self._lines = self.frame
        self._line = ""
        self._mark = ""
        self._open: list[tuple[str, Attributes, int]] = []  # a tag, its attributes, where its words begin in the line
        self._inside = Counter[str]()  # how many of each are open
        self._unseen = 0
        self._veiled, self._hidden = False, list[str]()  # whether it is by `hidden` alone, and the words there
        self._choices: list[str] = []
        self._before, self._parted = "", False  # the last words of this line, and whether a tag stands after them
        self._glued: list[str] = []
        self._tables: list[bool] = []  # of those that are open: whether it has a caption
        self._nameless = self._broken = 0
        self._ids: list[str] = []
        self._crossed: list[str] = []  # tags that end where another one is open
        self._controls: dict[str, set[str]] = {}  # by name: what they do

    def wrong(self) -> Iterator[str]:
        """Words that stick together or that only a style hides, tables without a caption, controls that do different things under
        one name."""
        yield from (f"glued: {words}" for words in self._glued)
        yield from (f"shown where no style hides it: {words}" for words in self._hidden)
        yield from ["a table without a caption"] * self._nameless
        yield from ["a new line in what stands for a picture, which w3m drops"] * self._broken
        yield from (f"id twice: {name}" for name in set(self._ids) if self._ids.count(name) > 1)
        yield from (f"crossed: {tags}" for tags in self._crossed)
        yield from (f"left open: {tag}" for tag, *_ in self._open)
        yield from (f"twice: {name}" for name, acts in self._controls.items() if len(acts) > 1)

    def _part(self, tag: str) -> None:
        if tag != "wbr":
            self._parted = True
            self._before = "" if tag in PARTING or tag in ("br", "option") else self._before

    def _does(self, words: str, act: str) -> None:
        if self._lines is self.main and words:
            self._controls.setdefault(words, set()).add(act)

    # ---- what the parser calls

    def handle_starttag(self, tag: str, attributes: Attributes) -> None:
        self._part(tag)
        self._ids += [attributes["id"]] if "id" in attributes else []
        if tag == "table":
            self._tables.append(False)
        if tag == "caption" and self._tables:
            self._tables[-1] = True
        if self._unseen or tag in UNSEEN or "hidden" in attributes:
            self._unseen += tag not in VOID
            self._veiled = self._veiled or "hidden" in attributes
            return
        if tag in BLOCKS or tag == "br":
            self._begin_block(tag)
        if tag in APART or (tag == "a" and self._line.endswith((">", "]"))):
            self._line += " "
        if label := attributes.get("aria-label"):
            self._line += f" {{{label}}} "
        if tag == "input":
            self._line += _input(attributes)
        if tag in ("img", "progress", "meter"):
            self._line += f" [{attributes.get('alt') or attributes.get('value', '')}] "
            self._broken += "\n" in attributes.get("alt", "")
        if tag == "select":
            self._choices = []
        if tag == "main":
            self._lines = self.main
        if tag not in VOID:
            self._open.append((tag, attributes, len(self._line)))
            self._inside[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        self._part(tag)
        if tag == "table" and self._tables:
            self._nameless += not self._tables.pop()
        if self._unseen:
            self._unseen -= tag not in VOID
            self._veiled = self._veiled and self._unseen > 0
            return
        if self._open and self._open[-1][0] != tag:
            self._crossed.append(f"{self._open[-1][0]} {tag}")
        if not self._inside[tag]:
            return
        while True:
            name, attributes, begin = self._open.pop()
            self._inside[name] -= 1
            self._close(name, attributes, begin)
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._unseen:
            self._hidden += [data.strip()] if self._veiled and data.strip() else []
            return
        if self._inside["title"] and not self._inside["body"]:
            self.title += data
        elif self._inside["body"]:
            if self._parted and LETTERS[0].match(self._before[-1:]) and LETTERS[1].match(data):
                self._glued.append(f"{self._before[-20:]}|{data[:20]}")
            self._before, self._parted = data, False
            self._line += BLANK.sub(" ", data)

    # ---- lines

    def end_line(self) -> None:
        words = SPACES.sub(" ", self._line).strip(" ")
        if words.strip(" |"):
            self._lines.append((self._mark + words).rstrip(" "))
            self._mark = ""
        self._line = ""

    def _begin_block(self, tag: str) -> None:
        if tag in ("td", "th"):
            if self._line.strip():
                self._line += " | "
            return
        if tag == "p" and self._inside["tr"]:
            self._line += " "
            return
        self.end_line()
        self._mark = MARKS.get(tag, self._mark)

    def _close(self, tag: str, attributes: Attributes, begin: int) -> None:
        words = self._line[begin:]
        told = " ".join(words.split(" ")).strip(" ")
        if tag == "a" and "href" in attributes:
            self._line = self._line[:begin] + words.rstrip(" ") + f" <{attributes['href']}>"
            self._does(attributes.get("aria-label") or told, attributes["href"])
            if attributes.get("aria-current"):
                self._tell_current(told)
        elif tag == "button":
            self._line = self._line[:begin] + f" [{told}{_disabled(attributes)}] "
            form = next((held for name, held, _ in reversed(self._open) if name == "form"), {})
            self._does(
                attributes.get("aria-label") or told, f"{form.get('action')} {attributes.get('name')} {attributes.get('value')}"
            )
        elif tag == "textarea":
            self._line = self._line[:begin] + f" [texte {told}] ".replace(" ]", "]")
        elif tag == "option":
            self._line = self._line[:begin]
            self._choices.append(f"*{told}*" if "selected" in attributes else told)
        elif tag == "select":
            self._line = self._line[:begin] + f" [{_choices(self._choices)}{_disabled(attributes)}] "
        elif tag in APART:
            self._line += " "
        if tag in BLOCKS and tag not in ("td", "th") and not (tag == "p" and self._inside["tr"]):
            self.end_line()
            self._mark = ""
        if tag == "main":
            self._lines = self.frame

    def _tell_current(self, words: str) -> None:
        if self._lines is self.frame:
            self.here.append(words)
        else:
            self._line += " (ici)"


def _disabled(attributes: Attributes) -> str:
    return " (fermé)" if "disabled" in attributes else ""


def _input(attributes: Attributes) -> str:
    kind, value = attributes.get("type", "text"), attributes.get("value", "")
    if kind == "hidden":
        return ""
    if kind == "radio":
        told = "(•)" if "checked" in attributes else "( )"
    elif kind == "checkbox":
        told = "[x]" if "checked" in attributes else "[ ]"
    elif kind == "submit":
        told = f"[{value}]"
    else:
        hint = attributes.get("placeholder", "")
        told = f"[{' '.join(part for part in (kind, value, f'({hint})' if hint else '') if part)}]"
    return f" {told}{_disabled(attributes)} "


def _choices(choices: list[str]) -> str:
    if len(choices) <= MOST_CHOICES:
        return " · ".join(choices)
    chosen = [choice for choice in choices if choice.startswith("*")]
    return " · ".join([choices[0], *chosen, "…", choices[-1]]) + f" : {len(choices)} choix"
