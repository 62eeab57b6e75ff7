"""Whether a file that somebody sends is a PDF for everybody to read, and nothing that acts: its bytes say so, whatever it is called."""

import re
import zlib
from collections.abc import Iterator

LARGEST = 5_000_000  # bytes
UNPACKED = 20_000_000  # bytes, of all that is packed in it beside what its pages show
SPELLED = 100_000  # signs of names that are written by their number
READ, WORDS = 20_000_000, 500_000  # bytes and words, of all its objects together

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
_HIDDEN = re.compile(rb"/(?:ObjStm|Encrypt|" + _ACTS + rb")" + _END)
# Where an object may begin, also within something else: a table of another kind than ours may point anywhere. What is read from there.
_BEGINS = re.compile(rb"(?<![A-Za-z/])obj")
_WORD = re.compile(rb"%[^\r\n]*|\(|<<|>>|<[^>]*>?|(?<![A-Za-z/])(?:stream|endobj|obj)" + _END)
_IN_TEXT = re.compile(rb"\\.|[()]", re.DOTALL)
# Objects that are packed: said plainly, and packed once or not at all, as programs do it.
_OBJECTS = re.compile(rb"/ObjStm" + _END)
_PLAIN = re.compile(
    rb"obj_*<<(?:_*/(?:Type_*/ObjStm|(?:N|First|Length|Extends)_+\d+(?:_+\d+_+R)?|"
    rb"Filter_*(?:/FlateDecode|\[_*/FlateDecode_*\])))*_*>>_*stream\r?\n".replace(b"_", rb"[ \t\r\n\f]")
)
# Programs unpack them also where that is not said: where their first stands is a number of their own, and nobody else's.
_COUNTED, _FIRST = re.compile(rb"/N" + _END), re.compile(rb"/First" + _END)
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
    at, packed = 0, 0
    while begins := _STREAM.search(data, at):
        said = _spelled(data[at : begins.start()])
        packed += len(_OBJECTS.findall(said))
        yield said
        ends = data.find(b"endstream", begins.end())
        if ends < 0 or _HIDDEN.search(_spelled(data[begins.end() : ends])):
            raise _Broken
        at = ends + len(b"endstream")
    rest = _spelled(data[at:])
    yield rest
    packed += len(_OBJECTS.findall(rest))
    room = UNPACKED
    for start, end in _objects(data):
        said = _spelled(data[start:end])
        yield said
        if said.endswith(b"stream") and (_OBJECTS.search(said) or (_FIRST.search(said) and _COUNTED.search(said))):
            inside = _unpacked(data, start, room)
            room -= len(inside)
            yield _spelled(inside)
            packed -= len(_OBJECTS.findall(said))
    if packed:  # it is said of something that is no object with a stream
        raise _Broken


def _objects(data: bytes) -> Iterator[tuple[int, int]]:
    """From where to where whatever may be an object is written, as programs read it, up to its stream or its end. Raises _Broken where
    that takes long."""
    read, words = READ, WORDS
    for begins in _BEGINS.finditer(data):
        at, deep, text = begins.end(), 0, 0
        while word := (_IN_TEXT if text else _WORD).search(data, at):
            what, at, words = word[0], word.end(), words - 1
            text += (what == b"(") - (what == b")")
            deep += (what == b"<<") - (what == b">>")
            over = deep <= 0 and what in {b"stream", b"endobj", b"obj"}
            if over or what == b"stream":
                read -= at - begins.start()
                yield begins.start(), at
            if over or min(read, words) < 0:
                break
        else:
            read -= len(data) - begins.start()
        if min(read, words) < 0:
            raise _Broken


def _unpacked(data: bytes, start: int, room: int) -> bytes:
    """The objects that stand packed in the stream of the object that begins here. Raises _Broken, also for what is packed in a way
    that nobody uses."""
    own = _PLAIN.match(data, start)
    ends = data.find(b"endstream", start)
    if own is None or not _OBJECTS.search(own[0]) or ends < own.end():
        raise _Broken
    packed = data[own.end() : ends]
    if b"/Filter" not in own[0]:
        return packed
    worker = zlib.decompressobj()
    try:
        inside = worker.decompress(packed, room + 1)  # 0 would be as much as there is
    except zlib.error as error:
        raise _Broken from error
    if len(inside) > room or not worker.eof or worker.unused_data.strip() or _OBJECTS.search(_spelled(inside)):
        raise _Broken
    return inside


def _spelled(text: bytes) -> bytes:
    """`/J#53` is `/JS`. Raises _Broken where there is more of it than any file has."""
    if text.count(b"#") > SPELLED:
        raise _Broken
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), text)
