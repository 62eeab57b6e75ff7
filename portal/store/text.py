"""One way to fold a name for sorting, searching and recognising, the same on both databases."""

import re
import unicodedata

_SPECIAL = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"})


def fold(text: str) -> str:
    """« Éloïse D’Aubigné » gives « eloise d aubigne »: no accents, no case, no punctuation, single spaces."""
    lowered = text.casefold().translate(_SPECIAL)
    bare = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    folded = re.sub(r"[\W_]+", " ", bare).strip()
    return folded or bare.strip()
