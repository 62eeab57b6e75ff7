"""Whether a file that somebody sends is a PDF for everybody to read, and nothing that acts: its bytes say so, whatever it is called."""

import re
import zlib
from collections.abc import Iterator

LARGEST = 5_000_000  # bytes
UNPACKED = 20_000_000  # bytes, of all that is packed in it beside what its pages show
SPELLED = 100_000  # signs of names that are written by their number

# What a file begins with, and what it is then called.
OTHERS = (
    (rb"\xff\xd8\xff|\x89PNG|GIF8|II\*\0|MM\0\*|BM|RIFF....WEBP|....ftyp(heic|mif1)", "c’est une image"),
    (rb"PK\x03\x04", "c’est une archive, ou un document de bureautique"),
    (rb"\xd0\xcf\x11\xe0|\{\\rtf", "c’est un document de bureautique"),
    (rb"(\xef\xbb\xbf)?\s*<", "c’est une page web"),
)
EMPTY = "Ce fichier est vide : choisissez le PDF."
LARGE = "Ce PDF dépasse 5 Mo : numérisez-le en noir et blanc, ou avec une définition plus basse."
BROKEN = "Ce PDF est incomplet ou abîmé : numérisez-le, ou enregistrez-le de nouveau."
CLOSED = "Ce PDF est protégé par un mot de passe ou par des droits : enregistrez-le sans protection."
ACTS = "Ce PDF contient un programme, un formulaire actif ou un fichier joint : imprimez-le de nouveau en PDF."
BLANK = "Ce PDF n’a aucune page : choisissez-en un autre."

_STREAM = re.compile(rb"\bstream[ \t]*\r?\n")
_POINTER = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF")
# Bounded, so that whoever makes a PDF by hand makes nobody wait: a table may point to one place a hundred thousand times.
_OBJECT = re.compile(rb"\s{0,20}\d{1,10}\s{1,20}\d{1,5}\s{1,20}obj\b")
_SECTION = re.compile(rb"\s{0,20}(\d{1,10}) (\d{1,10})\s{1,20}")
_ENTRY = re.compile(rb"(\d{10}) \d{5} n")
_END = rb"(?=[\s\0/<>\[\](){}%]|$)"  # a NUL is a space there
_ENCRYPT = re.compile(rb"/Encrypt" + _END)
_ACTS = rb"JavaScript|Launch|EmbeddedFiles?|FileAttachment|RichMedia|XFA|SubmitForm|ImportData|GoTo[ER]|Movie|Sound|Rendition|OnInstantiate"
_ACTIVE = re.compile(rb"/(?:JS|EF|" + _ACTS + rb")" + _END)
# In what pages show, a picture for one, such names are no accident, but for the shortest: there something is hidden from whoever looks.
_HIDDEN = re.compile(rb"/(?:ObjStm|" + _ACTS + rb")" + _END)
# Objects that are packed: said plainly, and packed once or not at all, as programs do it.
_OBJECTS = re.compile(rb"/ObjStm" + _END)
_PLAIN = re.compile(
    rb"obj\s*<<(?:\s*/(?:Type\s*/ObjStm|(?:N|First|Length|Extends)\s+\d+(?:\s+\d+\s+R)?|"
    rb"Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])))*\s*>>\s*"
)
# Programs unpack them also where that is not said: where their first stands is a number of their own, and nobody else's.
_COUNTED, _FIRST = re.compile(rb"/N" + _END), re.compile(rb"/First" + _END)
_FIRST_AT = re.compile(rb"/First[\s\0]+\d+\b(?![\s\0]+\d+[\s\0]+R)")
_PAGE = re.compile(rb"/Type\s*/Page" + _END)


class _Broken(Exception):
    """It cannot be read as a PDF is."""


def why_not(data: bytes) -> str:
    """Why these bytes are not taken, as a sentence; empty where they are."""
    if not data:
        return EMPTY
    if not data.startswith(b"%PDF-"):
        return _other(data)
    if len(data) > LARGEST:
        return LARGE
    try:
        _whole(data)
        text = b"\n".join(_open(data))
    except _Broken:
        return BROKEN
    for found, why in ((_ENCRYPT, CLOSED), (_ACTIVE, ACTS)):
        if found.search(text):
            return why
    return "" if _PAGE.search(text) else BLANK


def _other(data: bytes) -> str:
    what = next((words for begins, words in OTHERS if re.match(begins, data, re.DOTALL)), "")
    return f"Ce fichier n’est pas un PDF{f' : {what}' if what else ''}. Numérisez le document, ou enregistrez-le en PDF."


def _whole(data: bytes) -> None:
    """Its end is there, and says where its objects stand; they stand there. Raises _Broken."""
    pointers = _POINTER.findall(data, max(0, len(data) - 2048))
    if not pointers or b"%%EOF" not in data[-1024:]:
        raise _Broken
    at = int(pointers[-1])
    table = re.compile(rb"\s*xref\s").match(data, at)
    if table is None:
        if not _OBJECT.match(data, at):  # or else a table that is packed
            raise _Broken
        return
    here = table.end()
    if not _SECTION.match(data, here):
        raise _Broken
    while section := _SECTION.match(data, here):
        first, many = section.end(), int(section[2])
        for entry in range(first, min(first + 20 * many, len(data)), 20):
            used = _ENTRY.match(data, entry)
            if used and not _OBJECT.match(data, int(used[1])):
                raise _Broken
        here = first + 20 * many


def _open(data: bytes) -> Iterator[bytes]:
    """What is written in it: all but what its pages show, with the names spelled out. Raises _Broken."""
    at, room = 0, UNPACKED
    while begins := _STREAM.search(data, at):
        said = _spelled(data[at : begins.start()])
        yield said
        ends = data.find(b"endstream", begins.end())
        if ends < 0:
            raise _Broken
        content = data[begins.end() : ends]
        if _OBJECTS.search(said):
            inside = _unpacked(content, said, room)
            room -= len(inside)
            yield _spelled(inside)
        elif _unsaid(said) or _HIDDEN.search(_spelled(content)):
            raise _Broken
        at = ends + len(b"endstream")
    rest = _spelled(data[at:])
    if _OBJECTS.search(rest):  # they stand in a stream, and none follows
        raise _Broken
    yield rest


def _unsaid(said: bytes) -> bool:
    """Whether objects are packed in a stream, before which this is said, that does not call itself one of objects."""
    own = said[said.rfind(b"obj") :]
    return bool(_FIRST_AT.search(said) or (_FIRST.search(own) and _COUNTED.search(own)))


def _unpacked(packed: bytes, said: bytes, room: int) -> bytes:
    """The objects that stand packed in a stream, before which this is said. Raises _Broken, also for what is packed in a way that
    nobody uses."""
    own = said[said.rfind(b"obj") :]
    if not _PLAIN.fullmatch(own) or len(_OBJECTS.findall(own)) != len(_OBJECTS.findall(said)):
        raise _Broken
    if b"/Filter" not in own:
        return packed
    worker = zlib.decompressobj()
    try:
        inside = worker.decompress(packed, room + 1)  # 0 would be as much as there is
    except zlib.error as error:
        raise _Broken from error
    if len(inside) > room:
        raise _Broken
    return inside


def _spelled(text: bytes) -> bytes:
    """`/J#53` is `/JS`. Raises _Broken where there is more of it than any file has."""
    if text.count(b"#") > SPELLED:
        raise _Broken
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), text)
