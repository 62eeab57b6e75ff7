"""Signed minutes, good and bad, as files that people send."""

import zlib
from collections.abc import Callable, Iterator

from portal.demo.signed import signed_minutes
from portal.files import pdf

GOOD = signed_minutes(1)
OTHER = signed_minutes(2)
_TABLE = GOOD.index(b"xref\n")


def with_more(own: bytes) -> bytes:
    """The same paper with so much more before its table, which is found all the same."""
    begins, rest = GOOD[:_TABLE], GOOD[_TABLE:]
    return begins + own + rest.replace(b"startxref\n%d" % _TABLE, b"startxref\n%010d" % (_TABLE + len(own)))


def of_size(size: int) -> bytes:
    """The same paper, of so many bytes."""
    filler = size - len(with_more(b""))
    return with_more(b"%" + b" " * (filler - 2) + b"\n")


def with_object(content: bytes) -> bytes:
    """The same paper with one object more."""
    return with_more(b"9 0 obj\n%s\nendobj\n" % content)


def packed(objects: bytes, filters: bytes = b"/Filter /FlateDecode", data: bytes | None = None) -> bytes:
    """The same paper with objects in a stream of objects."""
    return with_more(_packed_object(objects, filters, data))


def _packed_object(objects: bytes, filters: bytes = b"/Filter /FlateDecode", data: bytes | None = None) -> bytes:
    inside = zlib.compress(objects) if data is None else data
    own = b"<< /Type /ObjStm /N 1 /First 4 %s /Length %d >>" % (filters, len(inside))
    return b"9 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (own, inside)


def in_trailer(words: bytes) -> bytes:
    return GOOD.replace(b"/Root 1 0 R", b"/Root 1 0 R " + words)


def _not_pdf() -> Iterator[tuple[str, bytes]]:
    yield "a web page", b"<!DOCTYPE html><html><body>Proces-verbal</body></html>"
    yield "a web page after a mark", b"\xef\xbb\xbf  <html></html>"
    yield "XML", b"<?xml version='1.0'?><pv/>"
    yield "SVG", b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    yield "a zip", b"PK\x03\x04" + b"\0" * 200
    yield "a text", "Procès-verbal, signé".encode()
    yield "a photograph", b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0" * 100
    yield "a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 100
    yield "a GIF", b"GIF89a" + b"\0" * 100
    yield "a TIFF", b"II*\0" + b"\0" * 100
    yield "a WEBP", b"RIFF\x10\0\0\0WEBPVP8 "
    yield "a telephone's picture", b"\0\0\0\x18ftypheic\0\0\0\0"
    yield "an old Word", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100
    yield "RTF", b"{\\rtf1 PV}"
    yield "PostScript", b"%!PS-Adobe-3.0\n"
    yield "NUL bytes", b"\0" * 1000
    yield "NUL bytes before it", b"\0" * 16 + GOOD
    yield "a line before it", b"X-Mail: yes\r\n\r\n" + GOOD
    yield "another sign first", b"\n" + GOOD
    yield "its name in capitals", b"%pdf-1.4" + GOOD[8:]


def _broken() -> Iterator[tuple[str, bytes]]:
    yield "its first line alone", b"%PDF-1.4\n"
    yield "its first line and NUL bytes", b"%PDF-1.4\n" + b"\0" * 500
    for share in (10, 50, 90, 97):
        yield f"{share} % of it", GOOD[: len(GOOD) * share // 100]
    yield "all but its last line", GOOD[: -len(b"%%EOF\n")]
    yield "no pointer", GOOD.replace(b"startxref", b"startzref")
    yield "a pointer into the wild", GOOD.replace(b"startxref\n%d" % _TABLE, b"startxref\n99999999")
    yield "a pointer to its start", GOOD.replace(b"startxref\n%d" % _TABLE, b"startxref\n0")
    yield "bytes lost in the middle", GOOD[:200] + GOOD[230:]
    yield "lines ended otherwise on the way", GOOD.replace(b"\n", b"\r\n")
    yield "NUL bytes in the middle", GOOD[:100] + b"\0" * 200 + GOOD[300:]
    yield "a stream without an end", GOOD.replace(b"endstream", b"endstraem")
    yield "much after its end", GOOD + b"\0" * 4000
    yield "half twice", GOOD[:300] + GOOD
    yield "objects that do not unpack", packed(b"", data=b"not packed")
    yield "objects packed as nobody does", packed(b"x", b"/Filter /LZWDecode")
    yield "objects that unpack without an end", packed(b"\0" * 30_000_000)
    full, more = (zlib.compress(b"\0" * size) for size in (pdf.UNPACKED, 2 * pdf.UNPACKED))
    streams = (
        b"9 0 obj\n<< /Type /ObjStm /Filter /FlateDecode >>\nstream\n%s\nendstream\nendobj\n" % one for one in (full, more)
    )
    yield "objects that unpack to the last byte, and then without an end", with_more(b"".join(streams))
    acts = b"9 0 << /S /JavaScript /JS (x) >>"
    yield "objects that are packed twice", packed(b"", b"/Filter [/FlateDecode /FlateDecode]", zlib.compress(zlib.compress(acts)))
    yield (
        "objects that are packed twice, once by a short name",
        packed(b"", b"/Filter [/FlateDecode /Fl]", zlib.compress(zlib.compress(acts))),
    )
    yield "objects that are packed, as is said in short alone", packed(acts, b"/F /FlateDecode")
    yield "objects that are packed where nobody looks", packed(acts, b"/Filter /FlateDecode /X (obj)")
    yield (
        "objects that are packed after half an end of line",
        with_more(_packed_object(acts).replace(b"\nstream\n", b"\nstream\r")),
    )
    yield "objects that are packed, as is not said", with_more(_packed_object(acts).replace(b" /Type /ObjStm", b""))
    yield (
        "objects that are packed, as is not said, where nobody looks",
        with_more(_packed_object(acts).replace(b" /Type /ObjStm", b"").replace(b"/Length", b"/X (obj) /Length")),
    )
    yield (
        "objects that are packed, as is not said, from where another object says",
        with_more(_packed_object(acts).replace(b"/Type /ObjStm", b"").replace(b"/First 4", b"/First 8 0 R")),
    )
    yield "objects behind a remark that says « stream »", with_more(b"%% stream\n9 0 obj\n%s\nendobj\n%% endstream\n" % acts[4:])
    yield "packed objects behind such a remark", with_more(b"% stream\n" + _packed_object(acts))
    yield "a name without an end", with_object(b"/" + b"#41" * (pdf.SPELLED + 1))
    yield "a table that counts without an end", GOOD.replace(b"xref\n0 ", b"xref\n0 " + b"9" * 5_000)
    far = b"%PDF-1.4\n" + b" " * 1_000 + b"1 0 obj\n<< /Type /Page >>\nendobj\n"
    yield "a table that points far before an object", far + b"xref\n0 1\n0000000009 00000 n \nstartxref\n%d\n%%%%EOF" % len(far)


def _closed() -> Iterator[tuple[str, bytes]]:
    yield "a password", in_trailer(b"/Encrypt 8 0 R")
    yield "rights alone", in_trailer(b"/Encrypt << /Filter /Standard /V 4 >>")
    yield "a password, and a NUL for a space", in_trailer(b"/Encrypt\0 8 0 R")
    yield "a password, spelled otherwise", in_trailer(b"/Enc#72ypt 8 0 R")


def _active() -> Iterator[tuple[str, bytes]]:
    yield "JavaScript", with_object(b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>")
    yield "JavaScript, spelled otherwise", with_object(b"<< /S /J#61vaScript /J#53 (x) >>")
    yield "JavaScript, and a NUL for a space", with_object(b"<< /S /JavaScript\0/JS\0(x) >>")
    yield "JavaScript that is packed", packed(b"9 0 << /S /JavaScript /JS (x) >>")
    yield "a program to begin", with_object(b"<< /S /Launch /F (cmd.exe) >>")
    yield "a file within", with_object(b"<< /Names << /EmbeddedFiles 8 0 R >> >>")
    yield "a file within, that does not say so", with_object(b"<< /Type /Filespec /F (x.exe) /EF << /F 8 0 R >> >>")
    yield "a file pinned to the page", with_object(b"<< /Type /Annot /Subtype /FileAttachment /FS 8 0 R >>")
    yield "a way into another file, on opening", with_object(b"<< /OpenAction << /S /GoToR /F (\\\\elsewhere\\x) >> >>")
    yield "a solid that acts", with_object(b"<< /Type /3D /Subtype /U3D /OnInstantiate 8 0 R >>")
    yield "a film", with_object(b"<< /Type /Annot /Subtype /RichMedia >>")
    yield "a form that acts", with_object(b"<< /AcroForm << /XFA 8 0 R >> >>")


def _sets() -> dict[str, tuple[bytes, str]]:
    found: dict[str, tuple[bytes, str]] = {"nothing": (b"", pdf.EMPTY)}
    makers: tuple[tuple[Callable[[], Iterator[tuple[str, bytes]]], str], ...] = (
        (_not_pdf, "Ce fichier n’est pas un PDF"),
        (_broken, pdf.BROKEN),
        (_closed, pdf.CLOSED),
        (_active, pdf.ACTS),
    )
    for maker, sentence in makers:
        found |= {name: (data, sentence) for name, data in maker()}
    found["a byte too many"] = of_size(pdf.LARGEST + 1), pdf.LARGE
    found["no page"] = GOOD.replace(b"/Type /Page ", b"/Type /Pale "), pdf.BLANK
    return found


BAD = _sets()
TAKEN = {
    "as large as it may be": of_size(pdf.LARGEST),
    "objects that are packed": packed(b"9 0 << /Type /Font >>"),
    "objects that stand open": packed(b"", b"", b"9 0 << /Type /Font >>"),
    "objects that are packed, said in a list": packed(b"9 0 << /Type /Font >>", b"/Extends 8 0 R /Filter [ /FlateDecode ]"),
    "a way to a page, on opening": with_object(b"<< /OpenAction [3 0 R /Fit] /AA 8 0 R /JSON (x) >>"),
    "headings, then the colours of a picture": with_more(
        b"8 0 obj\n<< /Type /Outlines /First 3 0 R /Last 3 0 R >>\nendobj\n"
        b"9 0 obj\n<< /N 3 /Alternate /DeviceRGB /Length 3 >>\nstream\nabc\nendstream\nendobj\n"
    ),
    "a line after its end": GOOD + b"\r\n\r\n",
}
