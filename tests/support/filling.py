"""The forms of a page, read as a browser does, and filled in ways that are refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO

from tests.support.tags import Attributes, Tags

Sent = str | tuple[BytesIO, str]  # a text, or a file with its name
TYPED = frozenset({"text", "date", "time", "number", "email", "password", "search", "tel", "textarea"})
FILLS = ("tel quel", "vide", "absurde", "trop long", "périmé")
NONSENSE, LONG, UNKNOWN = "31/02/2020 <b>", "x" * 3000, "inconnu"


@dataclass
class Field:
    name: str
    kind: str
    value: str = ""
    chosen: bool = False


@dataclass
class PostForm:
    action: str
    fields: list[Field] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def shape(self) -> tuple[str, ...]:
        """Forms of one shape (a row's own « Retirer ») are tried once."""
        digits = str.maketrans("0123456789", "0000000000")
        return (self.action.translate(digits), *sorted({f.name.translate(digits) for f in self.fields}))

    def ways(self) -> Iterator[tuple[str, Mapping[str, str | list[Sent]]]]:
        """What is sent for each button and each way of filling."""
        for name, value in self.buttons or [("", "")]:
            for fill in FILLS:
                sent: dict[str, str | list[Sent]] = {key: [*values] for key, values in self._filled(fill).items() if values}
                yield (f"{fill}, {name}={value}" if name else fill), sent | ({name: value} if name else {})

    def _filled(self, fill: str) -> dict[str, list[Sent]]:
        sent: dict[str, list[Sent]] = {}
        for one in self.fields:
            value = _value(one, fill)
            if value is not None and not (one.kind == "radio" and value in sent.get(one.name, [])):
                sent.setdefault(one.name, []).append(value)
        return sent


def _value(one: Field, fill: str) -> Sent | None:
    """What one field sends; None for nothing."""
    if one.kind == "hidden":
        return "0" if fill == "périmé" and one.name in ("version", "fingerprint", "empreinte") else one.value
    if one.kind == "file":
        if fill not in ("absurde", "trop long"):
            return None
        return BytesIO(b"a;b\n1;2\n" if fill == "absurde" else b"\0\xff" * 50), "essai.csv"
    if one.kind in TYPED:
        other = f"{one.value} bis" if one.kind in ("text", "textarea") else one.value
        return {"vide": "", "absurde": NONSENSE, "trop long": LONG, "périmé": other}.get(fill, one.value)
    if fill == "vide":
        return None
    if fill == "absurde":
        return UNKNOWN
    return one.value if one.chosen else None


def post_forms(page: str) -> list[PostForm]:
    """The forms of a page's content that change something, one of each shape."""
    reader = _Reader()
    reader.feed(page)
    return list({form.shape(): form for form in reversed(reader.forms)}.values())[::-1]


class _Reader(Tags):
    def __init__(self) -> None:
        self.forms: list[PostForm] = []
        self._form: PostForm | None = None
        self._main = False
        self._area: Field | None = None
        self._select: list[Field] = []
        self._select_name = ""

    def handle_starttag(self, tag: str, a: Attributes) -> None:
        if tag == "main":
            self._main = True
        if tag == "form" and self._main and a.get("method", "").lower() == "post":
            self._form = PostForm(a.get("action", ""))
            self.forms.append(self._form)
        if self._form is None:
            return
        if tag == "input" and "disabled" not in a and a.get("name"):
            self._form.fields.append(Field(a["name"], a.get("type", "text"), a.get("value", "on"), "checked" in a))
        if tag == "textarea" and a.get("name"):
            self._area = Field(a["name"], "textarea")
            self._form.fields.append(self._area)
        if tag == "select":
            self._select, self._select_name = [], a.get("name", "")
        if tag == "option":
            self._select.append(Field(self._select_name, "option", a.get("value", ""), "selected" in a))
        if tag == "button" and "disabled" not in a and a.get("type", "submit") == "submit" and a.get("name"):
            self._form.buttons.append((a["name"], a.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        if tag == "select" and self._form is not None and self._select:
            chosen = next((option for option in self._select if option.chosen), self._select[0])
            self._form.fields.append(Field(chosen.name, "select", chosen.value, True))
        if tag == "form":
            self._form = None
        if tag == "main":
            self._main = False

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data
