"""French signs stay with their words: the space before « : ; ? ! » and » and the one after « never end a line.

Put here, for every page, into what is read alone: never into what a field holds, which is sent back as it is. The two sentences
that the newsletter prints stand to the letter (domain.md 6). A word that no narrow column holds gets places where it may be cut:
so no other word ever is.
"""

import re

from flask import Response

# In a text, not in a tag (the next bracket opens one), nor in what is typed or kept as it is written.
_IN_TEXT = r"(?=[^<>]*<(?!/(?:textarea|pre|title|option)))"
# Each begins with the sign itself, which is quick to find: a page is read in a fraction of a millisecond.
_BEFORE = re.compile(rf" (?=[:;?!»](?:[\s<.,)»]))(?<=\S )(?<!ATTENTION )(?<!fin de session ){_IN_TEXT}")
_AFTER = re.compile(rf"« {_IN_TEXT}")
LONGEST = 24  # letters: no word of the language has more
_TOO_LONG = re.compile(rf"[^\s<>&;/-]{{{LONGEST + 1},}}+{_IN_TEXT}")
_PIECE = re.compile(r"[^@._]{1,11}[@._]|.{12}(?=.{4})")


def set_spaces(response: Response) -> Response:
    """The page with its spaces; anything but a page as it is."""
    if response.mimetype == "text/html" and not response.is_streamed and not response.direct_passthrough:
        text = _AFTER.sub("«\u00a0", _BEFORE.sub("\u00a0", response.get_data(as_text=True)))
        response.set_data(_TOO_LONG.sub(_in_pieces, text))
    return response


def _in_pieces(word: re.Match[str]) -> str:
    return _PIECE.sub(r"\g<0><wbr>", word[0])
