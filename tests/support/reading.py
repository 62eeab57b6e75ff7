"""A page as a person without JavaScript uses it: its words, its links, and its forms, found by what is written on them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from tests.support.tags import Attributes, Tags
from tests.support.visible import UNSEEN, VOID

FORM = re.compile(r"<form\b.*?</form>", re.S)
STATE = re.compile("(version(-[0-9]+)?|vu|vu_.*|figures|seen)$")
KEPT = re.compile(
    'name="(?:version|vu|figures|seen)|type="checkbox"'
)  # without one of them, nothing is kept of a form that counts
POST = re.compile(r'<form\b[^>]*method="post".*?</form>', re.S)
FIELD = re.compile(r'<textarea|<select|<input\b(?![^>]*type="(?:hidden|checkbox)")|role="radiogroup"')
TYPED = frozenset({"text", "date", "time", "number", "email", "password", "search", "tel"})


@dataclass(eq=False)
class Element:
    """A tag of the page, with what stands in it."""

    tag: str
    attributes: dict[str, str]
    parent: Self | None = None
    inside: list[Self | str] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator[Self]:
        """The tags of these names in it, in the order of the page."""
        for part in self.inside:
            if isinstance(part, str):
                continue
            if part.tag in tags:
                yield part
            yield from part.all(*tags)

    def words(self, unseen: bool = True) -> str:
        """What is written in it; `unseen`: with what only a screen reader says."""
        return " ".join("".join(self._parts(unseen)).split(" ")).strip()

    def _parts(self, unseen: bool) -> Iterator[str]:
        for part in self.inside:
            if isinstance(part, str):
                yield " ".join(part.split("\n"))
            elif part.tag not in UNSEEN and (unseen or part.attributes.get("class") != "hidden"):
                yield from part._parts(unseen)
                yield " " if part.tag not in ("a", "strong", "abbr") else ""

    def called(self, words: str) -> bool:
        """Whether these are its words."""
        return words in (_plain(self.words()), _plain(self.words(unseen=False)))

    def around(self, tag: str) -> Self | None:
        """The nearest tag of this name that it stands in."""
        here = self.parent
        while here is not None and here.tag != tag:
            here = here.parent
        return here

    def with_id(self, name: str) -> Self | None:
        """The one tag of this id in it."""
        for part in self.inside:
            if not isinstance(part, str):
                found = part if part.attributes.get("id") == name else part.with_id(name)
                if found is not None:
                    return found
        return None


def _plain(words: str) -> str:
    return " ".join(words.split())


def parse(page: str) -> Element:
    """Read a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.root


class _Reader(Tags):
    def __init__(self) -> None:
        self.root = self._here = Element("", {})

    def handle_starttag(self, tag: str, attributes: Attributes) -> None:
        made = Element(tag, attributes, self._here)
        self._here.inside.append(made)
        if tag not in VOID:
            self._here = made

    def handle_endtag(self, tag: str) -> None:
        here: Element | None = self._here
        while here is not None and here.tag != tag:
            here = here.parent
        if here is not None and here.parent is not None:
            self._here = here.parent

    def handle_data(self, data: str) -> None:
        self._here.inside.append(data)


def untied(page: str) -> list[str]:
    """The errors of a page's forms that no control is tied to, for whoever hears it rather than sees it."""
    root = parse(page)
    wrong = [one for one in root.all("p") if one.attributes.get("class") == "error" and one.around("form")]
    controls = [one for one in root.all("input", "select", "textarea", "div") if one.attributes.get("aria-invalid") == "true"]
    tied = {name for one in controls for name in one.attributes.get("aria-describedby", "").split()}
    return [one.words() for one in wrong if one.attributes.get("id") not in tied]


def remembered(page: str) -> list[str]:
    """The forms that a browser may fill in again by itself beside a newer version of what they change (static/versions.js)."""
    found = []
    for form in (next(parse(text).all("form")) for text in FORM.findall(page) if KEPT.search(text)):
        controls = [*form.all("input", "textarea", "select")]
        states = [one for one in controls if STATE.match(one.attributes.get("name", ""))]
        whole = [one for one in states if one.attributes["name"] in ("version", "vu")]
        off = form.attributes.get("autocomplete") == "off"
        known = off and all("data-version" in one.attributes for one in whole)
        blind = states and not known and any(one.attributes.get("type") != "hidden" for one in controls)
        if blind or ((whole or not off) and _in_order(controls)):
            found.append(form.attributes.get("action", "") + form.words())
    return found


def _in_order(controls: list[Element]) -> bool:
    """Whether ticks of people or things are put back by their order; the certificates of a title (« ccp ») stand."""
    ticks = [one.attributes for one in controls if one.attributes.get("type") == "checkbox"]
    rows = [one["name"] for one in ticks if re.search(r"[0-9]", one.get("value", "")) and one.get("autocomplete") != "off"]
    return any(rows.count(name) > 1 for name in rows if not name.startswith("ccp"))


def unfocused(page: str) -> list[str]:
    """The errors of a page on which no control says that typing goes on there."""
    root = parse(page)
    said = [one for one in root.all("div") if "summary" in one.attributes.get("class", "").split()]
    there = any("autofocus" in one.attributes for one in root.all("input", "select", "textarea"))
    return [] if there else [link.words() for one in said for link in one.all("a")]


def unsaid(page: str) -> list[str]:
    """The fields of a page's forms of which nothing says, before they are sent, whether they must be filled in: neither they, nor
    their label, nor the head of their form; and the forms of several fields that say nothing at their head."""
    found = []
    for form in (next(parse(text).all("form")) for text in asking(page)):
        head = _head(form)
        asked = [one for one in form.all("input", "textarea", "select") if _is_asked(one)]
        groups = [one for one in form.all("div") if one.attributes.get("role") == "radiogroup" and _needed(one)]
        if not head and len(asked) + len(groups) > 1:
            found.append(f"{[*asked, *groups][0].attributes}: the head of its form does not say what must be filled in")
        if head.startswith("Aucun"):
            continue
        found += [f"{_label(form, one)}: not said" for one in asked if not _needed(one) and not _note(form, one)]
    return found


def asking(page: str) -> list[str]:
    """The text of each form of a page that changes something and has a field to fill in: few of them have, and they are short."""
    return [form for form in POST.findall(page) if FIELD.search(form)]


def refused_unsaid(page: str) -> list[str]:
    """Of the answer to a form that was sent empty: the fields that it refuses, and that do not say that they must be filled in."""
    found = []
    for form in parse(page).all("form"):
        wrong = (one for one in form.all("input", "textarea", "select", "div") if one.attributes.get("aria-invalid") == "true")
        for one in wrong:
            said = _head(form) if one.tag == "div" else _note(form, one) not in ("", "(facultatif)")
            if not _needed(one) and not said:
                found.append(_label(form, one))
    return found


def _head(form: Element) -> str:
    """What the form says as a whole of what must be filled in."""
    return next((p.words() for p in form.all("p") if "must" in p.attributes.get("class", "").split()), "")


def _is_asked(one: Element) -> bool:
    kind = one.attributes.get("type", "text")
    return one.tag != "input" or (kind in (TYPED | {"file"}) and "readonly" not in one.attributes)


def _needed(one: Element) -> bool:
    return one.attributes.get("aria-required") == "true"


def _label(form: Element, one: Element) -> str:
    wanted = one.attributes.get("id")
    labels = [label.words() for label in form.all("label") if label.attributes.get("for") == wanted]
    return next(iter(labels), f"{one.attributes}")


def _note(form: Element, one: Element) -> str:
    """What stands beside its label, of the case in which it is to be filled in, and is told with it."""
    name = f"{one.attributes.get('id')}-note"
    note = form.with_id(name) if name in one.attributes.get("aria-describedby", "").split() else None
    return note.words() if note else ""


def sent(form: Element, button: Element | None) -> dict[str, list[str]]:
    """What a browser sends for a form when this button is pressed."""
    found: dict[str, list[str]] = {}
    for one in form.all("input", "textarea", "select"):
        name = one.attributes.get("name")
        if name and "disabled" not in one.attributes:
            found.setdefault(name, []).extend(_values(one))
    if button is not None and button.attributes.get("name"):
        found.setdefault(button.attributes["name"], []).append(button.attributes.get("value", ""))
    return {name: values for name, values in found.items() if values}


def _values(one: Element) -> list[str]:
    if one.tag == "textarea":
        return ["".join(part for part in one.inside if isinstance(part, str))]
    if one.tag == "select":
        options = list(one.all("option"))
        chosen = next((o for o in options if "selected" in o.attributes), options[0])
        return [chosen.attributes.get("value", chosen.words())]
    kind = one.attributes.get("type", "text")
    if kind in ("checkbox", "radio"):
        return [one.attributes.get("value", "on")] if "checked" in one.attributes else []
    return [one.attributes.get("value", "")] if kind in TYPED or kind == "hidden" else []
