"""How a candidate finds the exam, and whom to call: what makes an address whole, and a person reachable (domain.md 8a)."""

import re

_POSTCODE = re.compile(r"(?<!\d)\d{2} ?\d{3}(?!\d)")
# A room tells where to go once one is there; a word of two letters besides names the street, or the place.
_ROOM = re.compile(r"\b(salle|amphi(théâtre)?|b[âa]t(iment)?|étage|porte|bureau)\b\W*\w*", re.IGNORECASE)
_WORD, _LETTER = re.compile(r"[^\W\d_]{2}"), re.compile(r"[^\W\d_]")
# Ten digits that begin with 0, or eight and more after the code of a country.
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"(?<!\d)(0([ .\-/]?\d){9}|(\+|00)\d{1,3}[ .\-]?(\(0\))?([ .\-/]?\d){8,9})(?![ .\-/]?\d)")


def address_lacks(address: str) -> list[str]:
    """What an address still lacks to be found by: street, postcode, town; nothing of one that is whole."""
    found = _POSTCODE.search(address)
    if not found:
        return ["le code postal suivi de la ville"]
    lacks = [] if _WORD.search(_ROOM.sub("", address[: found.start()])) else ["la rue"]
    return lacks if _LETTER.search(address, found.end()) else [*lacks, "la ville"]


def can_be_called(manager: str) -> bool:
    """Whether a telephone number or an e-mail address stands with the name."""
    return bool(_PHONE.search(manager)) or any(_EMAIL.fullmatch(word.strip("(),;:<>")) for word in manager.split())
