"""French typography of what is read, put here for every page: never into what a field holds, which is sent back as it is.

The space before « : ; ? ! » · and » and the one after « never end a line; the two sentences that the newsletter prints stand to the
letter (domain.md 6). An apostrophe is a curved one. Words that only the stylesheet parts have a space between them, for who reads
without it. An abbreviation is spelt out where the page first has it. The title of a refused form says so first. A word that no
narrow column holds gets places where it may be cut: so no other word ever is.
"""

import re
from collections.abc import Collection, Iterator
from string import ascii_lowercase

from flask import Response

from portal.rules.abbreviations import ABBREVIATIONS

# In a text, not in a tag (the next bracket opens one), nor in what is typed or kept as it is written.
_IN_TEXT = r"(?=[^<>]*<(?!/(?:text|pre|title|option)))"  # `text`: of a picture, and an area of it
# Each begins with the sign itself, which is quick to find: a page is read in a fraction of a millisecond.
_BEFORE = re.compile(rf" (?=[:;?!»·](?:[\s<.,)»]))(?<=\S )(?<!ATTENTION )(?<!fin de session ){_IN_TEXT}")
_AFTER = re.compile(rf"« {_IN_TEXT}")
_BETWEEN = r"(?=[^\W\d_])(?!(?:[\w.&#;'+-]|<wbr>)*@)(?=[^<>]*<(?!/(?:textarea|pre)))"  # letters, and not in an e-mail address
_STRAIGHT = {sign: re.compile(rf"{sign}(?<=[^\W\d_]{sign}){_BETWEEN}") for sign in ("&#39;", "'")}
_IN_LINE = "(?:a|b|button|code|del|em|i|label|select|small|span|strong|time)"
_OPEN = rf"<{_IN_LINE}\b[^<>]*>"
# Words with nothing but tags of a line between them.
_GLUED = re.compile(rf"<(?<=[\w)»%….!?]<)(?:(/{_IN_LINE}>(?:</{_IN_LINE}>)*)|{_OPEN[1:]})(?:{_OPEN})*(?=[\w«(⚠✓✕⊘◷○▶↷■→]|<input)")
_SHORT = {short: re.compile(rf"{short}(?<!\w{short})\b(?!-)(?: \d[\dAB]{{1,2}}\b)?{_IN_TEXT}") for short in ABBREVIATIONS}
LONGEST = 24  # letters: no word of the language has more
_WORD = re.compile(rf"[^\s<>&;/-]{{{LONGEST + 1},}}+")
_PIECE = re.compile(r"[^@._]{1,11}[@._]|.{12}(?=.{4})")
# Where long words may stand is found in the bytes: the signs that part words are blank, all else is one letter.
_CAPITALS = bytes.maketrans(bytes(range(256)), bytes(byte if 65 <= byte <= 90 else 32 for byte in range(256)))
_SMALL = ascii_lowercase.encode()
_LETTERS = bytes.maketrans(bytes(range(256)), bytes(32 if chr(byte) in "\t\n\v\f\r <>&;/-" else 120 for byte in range(256)))
_RUN = b"x" * (LONGEST + 1)
_HERE = re.compile(_IN_TEXT.encode())


# Before and after what has its spaces already, since it is kept so: no text holds it, what is typed is escaped.
SET = "<!--set-->"


def set_spaces(response: Response) -> Response:
    """The page with its spaces, apostrophes and abbreviations; anything but a page as it is."""
    if response.mimetype == "text/html" and not response.is_streamed and not response.direct_passthrough:
        page = response.get_data()
        pieces = [piece.decode() if i % 2 else spaced(piece) for i, piece in enumerate(page.split(SET.encode()))]
        text = "".join(pieces)
        if response.status_code == 422:
            text = text.replace("<title>", "<title>Erreur\u00a0: ", 1)
        response.set_data(_spelt_out(text, _SHORT.keys() & page.translate(_CAPITALS, _SMALL).decode().split()))
    return response


def spaced(html: bytes) -> str:
    """This piece of a page with its spaces and apostrophes; no word that they depend on is in another one."""
    text = _GLUED.sub(_parted, b"".join(_with_places(html)).decode())
    text = _AFTER.sub("«\u00a0", _BEFORE.sub("\u00a0", text))
    for sign, straight in _STRAIGHT.items():
        text = straight.sub("’", text) if sign in text else text
    return text


def _parted(tags: re.Match[str]) -> str:
    """A space after what ends, before what begins."""
    ended = len(tags[1]) + 1 if tags[1] else 0
    return f"{tags[0][:ended]} {tags[0][ended:]}"


def _spelt_out(page: str, named: Collection[str]) -> str:
    """The first of each abbreviation says what it stands for. `named`: those that the page has somewhere."""
    frame, main, content = page.partition("<main")
    for short in named:
        if short in content:
            content = _SHORT[short].sub(rf'<abbr title="{ABBREVIATIONS[short]}">\g<0></abbr>', content, count=1)
    return frame + main + content


def _with_places(page: bytes) -> Iterator[bytes]:
    """The page, with places where a word that is too long may be cut."""
    letters, told = page.translate(_LETTERS) + b" ", 0
    at = letters.find(_RUN)
    while at >= 0:
        end = letters.index(b" ", at)
        if _HERE.match(page, end):
            yield page[told:at]
            yield _WORD.sub(_in_pieces, page[at:end].decode()).encode()
            told = end
        at = letters.find(_RUN, end)
    yield page[told:]


def _in_pieces(word: re.Match[str]) -> str:
    return _PIECE.sub(r"\g<0><wbr>", word[0])
