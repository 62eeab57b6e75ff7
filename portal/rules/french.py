"""Dates and counts as French sentences say them."""

import re
from collections.abc import Iterator
from datetime import date
from unicodedata import category, normalize

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
COUNTED = (1000, 9000)  # years
VOWELS = frozenset("AEIOUÆŒ")


def _every(*parts: int | range) -> Iterator[int]:
    for part in parts:
        yield from part if isinstance(part, range) else (part,)


# Signs that nobody sees or types: no character, a break that is allowed, no space at all, which way one reads, a remark, the place
# of a picture, how it is drawn, a tag.
_WAYS = (0x61C, 0x200E, 0x200F, range(0x202A, 0x202F))
_DRAWN = (range(0xFFF0, 0xFFFD), range(0x1BCA0, 0x1BCA4), range(0x1D173, 0x1D17B))
_TAGS = (range(0xE0000, 0xE0100), range(0xE01F0, 0xE1000))
UNSEEN = dict.fromkeys(_every(0, 0xAD, 0x200B, 0xFEFF, range(0x2060, 0x2070), *_WAYS, *_DRAWN, *_TAGS))
# Signs that scripts need among others, and that show nothing where they stand alone: what joins and what chooses a shape, fillers of
# Hangul, Khmer and Khitan, a Braille cell without a dot, a note without a head.
_SHAPES = (0x200C, 0x200D, 0x34F, range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
SILENT = frozenset(map(chr, _every(0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, 0x16FE4, 0x2800, 0x1D159, *_SHAPES)))
# After a Latin letter, a digit or a sign, or after nothing, there is nothing to join and no other shape to choose.
_LOOSE = re.compile("(?<![^\\0-\u036f\u1e00-\u1eff\u2000-\u206f])[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]+")


def seen(text: str) -> str:
    """What a person sees of what was typed or pasted: without the signs that come along from pages and spreadsheets; nothing of
    what leaves no mark at all, but for spaces."""
    bare = _LOOSE.sub("", text.translate(UNSEEN))
    return bare if bare.isspace() or any(map(shows, bare)) else ""


def shows(sign: str) -> bool:
    """Whether this sign leaves a mark where it stands alone: no space, no control, nothing that has no character yet."""
    return category(sign)[0] not in "CZ" and sign not in SILENT


def day(value: date) -> str:
    """24/08/2020"""
    return f"{value.day:02}/{value.month:02}/{value.year:04}"


def long_day(value: date) -> str:
    """lundi 24 août 2020; the first of a month is « 1er »"""
    number = "1er" if value.day == 1 else str(value.day)
    return f"{DAYS[value.weekday()]} {number} {MONTHS[value.month - 1]} {value.year}"


def parse_hour(value: str) -> str | None:
    """« 08:30 » from what a browser sends (08:30, 08:30:00) or a person types (8h30, 8 h, 8.30); None for anything else."""
    found = re.fullmatch(r"([0-9]{1,2})\s*(?:[:hH.]\s*([0-9]{2})?)(?::00)?", value.strip())
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    return f"{int(found[1]):02}:{found[2] or '00'}"


def hour(value: str) -> str:
    """8 h 30, from « 08:30 »; 8 h on the hour"""
    hours, _, minutes = value.partition(":")
    return f"{int(hours)} h" + (f" {minutes}" if minutes != "00" else "") if value else ""


_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])(?![\w.&#;'+-]*@)")  # between letters, and not in an e-mail address
_SIGN = re.compile(r"(?<=\S) (?=[:;?!»](?:[\s.,)»]|$))")


def unbroken(text: str) -> str:
    """The text of a mail with its signs held to their words, and its apostrophes curved: no line of it begins with « : ; ? ! » or
    ends with an opening quote."""
    return _APOSTROPHE.sub("’", _SIGN.sub("\u00a0", text).replace("« ", "«\u00a0"))


def plural(count: int, one: str, many: str | None = None) -> str:
    """« 1 session », « 0 session », « 2 sessions » (in French the plural begins at two)."""
    word = one if count < 2 else (many or one + "s")
    return f"{number(count)} {word}"


def of(name: str) -> str:
    """« de Camille », « d’Andréa »: what a name that begins with a vowel does to the word before it."""
    return f"d’{name}" if normalize("NFD", name)[:1].upper() in VOWELS else f"de {name}"


def number(count: int) -> str:
    """41 208, with narrow no-break spaces"""
    return f"{count:,}".replace(",", "\u202f")


def as_typed(value: str) -> str:
    """What was typed into a field, as a person would write it: a date as jj/mm/aaaa whatever the browser sent, else as it is."""
    found = written_day(value)
    return day(found) if found else value


def parse_day(value: str) -> date | None:
    """As `written_day`, but for years so far away that whoever counts some on from there comes to no date."""
    found = written_day(value)
    return found if found and COUNTED[0] <= found.year <= COUNTED[1] else None


def written_day(value: str) -> date | None:
    """A date as `<input type="date">` sends it (ISO) or as a person types it (jj/mm/aaaa); None for anything else."""
    iso = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", value)
    french = re.fullmatch(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4})", value)
    try:
        if iso:
            return date(*map(int, iso.groups()))
        if french:
            d, m, y = map(int, french.groups())
            return date(y, m, d)
    except ValueError:
        pass
    return None
