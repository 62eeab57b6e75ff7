"""One way to fold a name for sorting, searching and recognising, the same on both databases."""

import re
import unicodedata

from portal.rules.french import seen

_SPECIAL = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"})


def storable(text: str) -> str:
    """What was typed, without what nobody sees of it: among that the one sign that PostgreSQL does not keep (NUL)."""
    return seen(text)


def one_line(text: str, longest: int) -> str:
    """A short line as it was typed, in an address or a form: without space around, and cut where nobody types so much."""
    return storable(text).strip()[:longest]


def digits_in(text: str) -> str:
    """« 356 000 000 00048 » gives « 35600000000048 »; empty for what holds anything but digits and spaces."""
    digits = "".join(text.split())
    return digits if digits.isascii() and digits.isdecimal() else ""


def fold(text: str) -> str:
    """« Éloïse D’Aubigné » gives « eloise d aubigne »: no accents, no case, no punctuation, single spaces."""
    lowered = text.casefold().translate(_SPECIAL)
    bare = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    folded = re.sub(r"[\W_]+", " ", bare).strip()
    return folded or bare.strip()
