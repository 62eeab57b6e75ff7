"""French signs stay with their words: the space before « : ; ? ! » and » and the one after « never end a line.

Put here, for every page, into what is read alone: never into what a field holds, which is sent back as it is. The two sentences
that the newsletter prints stand to the letter (domain.md 6). A word that no narrow column holds gets places where it may be cut:
so no other word ever is.
"""

import re
from collections.abc import Iterator

from flask import Response

# In a text, not in a tag (the next bracket opens one), nor in what is typed or kept as it is written.
_IN_TEXT = r"(?=[^<>]*<(?!/(?:textarea|pre|title|option)))"
# Each begins with the sign itself, which is quick to find: a page is read in a fraction of a millisecond.
_BEFORE = re.compile(rf" (?=[:;?!»](?:[\s<.,)»]))(?<=\S )(?<!ATTENTION )(?<!fin de session ){_IN_TEXT}")
_AFTER = re.compile(rf"« {_IN_TEXT}")
LONGEST = 24  # letters: no word of the language has more
_WORD = re.compile(rf"[^\s<>&;/-]{{{LONGEST + 1},}}+")
_PIECE = re.compile(r"[^@._]{1,11}[@._]|.{12}(?=.{4})")
# Where long words may stand is found in the bytes: the signs that part words are blank, all else is one letter.
_LETTERS = bytes.maketrans(bytes(range(256)), bytes(32 if chr(byte) in "\t\n\v\f\r <>&;/-" else 120 for byte in range(256)))
_RUN = b"x" * (LONGEST + 1)
_HERE = re.compile(_IN_TEXT.encode())


def set_spaces(response: Response) -> Response:
    """The page with its spaces; anything but a page as it is."""
    if response.mimetype == "text/html" and not response.is_streamed and not response.direct_passthrough:
        text = b"".join(_with_places(response.get_data())).decode()
        response.set_data(_AFTER.sub("«\u00a0", _BEFORE.sub("\u00a0", text)))
    return response


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
