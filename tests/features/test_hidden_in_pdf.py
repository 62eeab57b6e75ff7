"""What acts in a PDF is found however its beginning is written: with remarks, blanks and NUL between its words, or its names spelled
by their numbers."""

import zlib
from collections.abc import Sequence
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.files import pdf
from portal.files.pdf import why_not
from tests.support.minutes import with_more

ACTS = b"9 0 << /S /JavaScript /JS (x) >>"
ONCE, TWICE = zlib.compress(ACTS), zlib.compress(zlib.compress(ACTS))
PLAIN = b"9 0 obj <</Type/ObjStm /N 1 /First 4 /Filter/FlateDecode>>"
BETWEEN = (
    b" ",
    b"\t",
    b"\n",
    b"\f",
    b"\r",
    b"\r\n",
    b"\0",
    b"%\n",
    b"% x\r",
    b"% >> stream\n",
    b"% endobj\n",
    b"% endstream\n",
    b"%(\n",
)
CLAIMS = (b"% obj\n", b"% " + PLAIN + b"\n", b"% obj<</Type/ObjStm/Filter/FlateDecode\n", b"%%EOF\n" + b"%obj<<\n", b"% stream\n")
PACKED = (
    ("packed", b"/Filter /FlateDecode", ONCE),
    ("packed, and open", b"", ACTS),
    ("packed twice", b"/Filter [ /FlateDecode /FlateDecode ]", TWICE),
    ("packed twice, once by a short name", b"/Filter [ /FlateDecode /Fl ]", TWICE),
    ("packed before a filter that says otherwise", b"/Filter [ /FlateDecode /FlateDecode ] /Filter /FlateDecode", TWICE),
)
HIDING = {name: (b"9 0 obj << /Type /ObjStm /N 1 /First 4 %s >>" % filters, inside) for name, filters, inside in PACKED} | {
    f"{name}, as is not said": (b"9 0 obj << /N 1 /First 4 %s >>" % filters, inside) for name, filters, inside in PACKED
}


def written(words: Sequence[bytes], between: Sequence[Sequence[bytes]], numbers: int) -> bytes:
    """Words of an object with what stands between them; every name whose bit is set in `numbers` is spelled by them."""
    spelled = [
        b"/" + b"".join(b"#%02x" % sign for sign in word[1:]) if word.startswith(b"/") and numbers >> at & 1 else word
        for at, word in enumerate(words)
    ]
    return b"".join(chain.from_iterable((word, b" ", *parts) for word, parts in zip(spelled, between, strict=True)))


@st.composite
def beginnings(draw: st.DrawFn, words: Sequence[bytes]) -> bytes:
    parts = st.lists(st.sampled_from(BETWEEN + CLAIMS), max_size=2)
    between = draw(st.lists(parts, min_size=len(words), max_size=len(words)))
    return written(words, between, draw(st.integers(0, 2 ** len(words) - 1) | st.just(0)))


@pytest.mark.parametrize("name", HIDING)
@given(data=st.data())
def test_objects_that_are_packed_hide_nothing_behind_how_their_beginning_is_written(name: str, data: st.DataObject) -> None:
    begins, inside = HIDING[name]
    own = data.draw(beginnings(begins.split(b" ")))
    after = data.draw(st.sampled_from((b"\n", b"\r\n", b"\r", b" \n", b"% x\n", b"\0\n")))
    assert why_not(with_more(own + b"stream" + after + inside + b"\nendstream\nendobj\n"))


@given(data=st.data())
def test_nor_does_an_object_that_acts(data: st.DataObject) -> None:
    words = b"9 0 obj << /S /JavaScript /JS (x) >> endobj".split(b" ")
    assert why_not(with_more(data.draw(beginnings(words)) + b"\n"))


@pytest.mark.parametrize("at", range(1, 16))
@pytest.mark.parametrize("put", BETWEEN + CLAIMS)
def test_each_remark_and_blank_at_each_place(at: int, put: bytes) -> None:
    begins, inside = HIDING["packed twice"]
    words = begins.split(b" ")
    own = b" ".join(words[:at]) + b" " + put + b" ".join(words[at:])
    assert why_not(with_more(own + b"\nstream\n" + inside + b"\nendstream\nendobj\n"))


_OBJECT = b"9 0 obj %s\nstream\n%s\nendstream\nendobj\n"
_PARTS = b"\x78\x9c\0\x09\0\xf6\xffendstream" + ONCE[2:-4] + zlib.adler32(b"endstream" + ACTS).to_bytes(4, "big")
_WITHIN = b"8 0 obj << /Type /Filespec /EF << /F 7 0 R >> >> endobj"
INSIDE_OUT = {
    "a text that says it is an object": _OBJECT
    % (
        b"<</Filter[/FlateDecode /FlateDecode] /X (\n9 0 obj <</N 1/First 4/Type/ObjStm>>\nstream\n) /Type/ObjStm/N 1/First 4>>",
        TWICE,
    ),
    "a remark that says so": _OBJECT
    % (b"<</N 1/First 4/Filter[/FlateDecode/FlateDecode] %" + PLAIN[:-2] + b"\n/Type/ObjStm>>", TWICE),
    "an end too early": _OBJECT % (b"<< endobj /N 1 /First 4 /Filter [/FlateDecode/FlateDecode] >>", TWICE),
    "an end in what is packed": _OBJECT % (PLAIN[8:], _PARTS),
    "a sign that is no blank": _OBJECT % (b"<</Type/ObjStm/N 1/First 4/Filter\x0b/FlateDecode>>", zlib.compress(b"x")),
    "packed objects in packed objects": _OBJECT % (b"<</Type/ObjStm/N 1/First 4>>", b"9 0 <</Type/ObjStm>>"),
    "a password in a stream": b"% stream\n%\ntrailer << /Encrypt 8 0 R >>\n% endstream\n",
    "a file within in a stream": _OBJECT % (b"<< /Length 56 >>", _WITHIN),
}


def test_what_is_packed_with_its_end_inside_is_packed_well() -> None:
    assert zlib.decompress(_PARTS) == b"endstream" + ACTS


@pytest.mark.parametrize("own", INSIDE_OUT.values(), ids=INSIDE_OUT.keys())
def test_nothing_hides_in_what_looks_like_something_else(own: bytes) -> None:
    assert why_not(with_more(own))


@given(data=st.data())
def test_remarks_and_blanks_of_programs_in_what_does_not_act_are_taken(data: st.DataObject) -> None:
    words = b"9 0 obj << /Length 3 /Title (a) /N 3 /Kids [ 1 0 R ] >>".split(b" ")
    parts = st.lists(st.sampled_from((b"\n", b"\0", b"% Page dictionary\n", b"% 'F1': class PDFType1Font\r\n")), max_size=2)
    between = data.draw(st.lists(parts, min_size=len(words), max_size=len(words)))
    assert (
        why_not(with_more(b"%% Original object ID: 9 0\n" + written(words, between, 0) + b"stream\nabc\nendstream\nendobj\n"))
        == ""
    )


@pytest.mark.parametrize(("name", "bound"), [("READ", 5_000), ("WORDS", 500)])
def test_objects_in_objects_hold_nobody_up(name: str, bound: int, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = with_more(b"1 0 obj << (" * 500)
    assert why_not(deep) == ""
    monkeypatch.setattr(pdf, name, bound)
    assert why_not(deep) == pdf.BROKEN
