"""What French does to words that stand beside others."""

from itertools import chain
from unicodedata import category

import pytest

from portal.rules.french import of, parse_day, seen
from portal.rules.names import name_problem


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Camille Roux", "de Camille Roux"),
        ("Andréa Colin", "d’Andréa Colin"),
        ("ÉLUARD Paul", "d’ÉLUARD Paul"),
        ("ŒRSTED Søren", "d’ŒRSTED Søren"),
        ("ŁUKASIEWICZ Zbigniew", "de ŁUKASIEWICZ Zbigniew"),
        ("Hugo Martin", "de Hugo Martin"),
        ("", "de "),
    ],
)
def test_a_name_that_begins_with_a_vowel_takes_the_one_before_it(name: str, said: str) -> None:
    assert of(name) == said


# By what they are, what nobody sees: from a sign to a sign, both included.
NOTHING_SHOWS = {
    "controls": [(0, 8), (0xE, 0x1B), (0x7F, 0x84), (0x86, 0x9F)],
    "a break that is allowed": [(0xAD, 0xAD)],
    "joiners": [(0x200C, 0x200D), (0x34F, 0x34F)],
    "no space at all": [(0x200B, 0x200B), (0x2060, 0x2060), (0xFEFF, 0xFEFF), (0x180E, 0x180E)],
    "which way one reads": [(0x200E, 0x200F), (0x61C, 0x61C), (0x202A, 0x202E), (0x2066, 0x206F)],
    "a sum that is not written": [(0x2061, 0x2065)],
    "which shape": [(0xFE00, 0xFE0F), (0x180B, 0x180D), (0x180F, 0x180F), (0xE0100, 0xE01EF)],
    "fillers": [(0x115F, 0x1160), (0x3164, 0x3164), (0xFFA0, 0xFFA0), (0x17B4, 0x17B5), (0x16FE4, 0x16FE4)],
    "a cell without a dot": [(0x2800, 0x2800)],
    "remarks, and the place of a picture": [(0xFFF0, 0xFFFC)],
    "how it is drawn": [(0x1BCA0, 0x1BCA3), (0x1D159, 0x1D159), (0x1D173, 0x1D17A)],
    "tags": [(0xE0000, 0xE007F), (0xE0080, 0xE00FF), (0xE01F0, 0xE0FFF)],
    "spaces": [(0x20, 0x20), (0xA0, 0xA0), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x3000, 0x3000)],
    "nobody's, and halves": [(0xE000, 0xF8FF), (0xD800, 0xDFFF), (0x10FFFE, 0x10FFFF)],
}


@pytest.mark.parametrize("ranges", NOTHING_SHOWS.values(), ids=NOTHING_SHOWS.keys())
def test_a_text_that_nobody_could_see_is_none(ranges: list[tuple[int, int]]) -> None:
    signs = [*map(chr, chain.from_iterable(range(first, last + 1) for first, last in ranges))]
    assert [f"U+{ord(one):04X}" for one in signs if seen(f" {one}{one}\n").strip()] == []
    assert seen("".join(signs)).strip() == ""
    assert {seen(f"{one}é{one}").strip(one) for one in signs} == {"é"}


# Of these, what no script needs: it is gone wherever it stands.
GONE = [
    (0, 0), (0xAD, 0xAD), (0x61C, 0x61C), (0x200B, 0x200B), (0x200E, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFEFF, 0xFEFF),
    (0xFFF0, 0xFFFC), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE00FF), (0xE01F0, 0xE0FFF),
]  # fmt: skip


def test_between_two_letters_what_no_script_needs_is_gone_and_all_else_stays() -> None:
    spans = [*chain.from_iterable(NOTHING_SHOWS.values())]
    nothing = {*chain.from_iterable(range(first, last + 1) for first, last in spans)}
    beside = {n for first, last in spans for n in (first - 1, last + 1) if 0 < n < 0x110000}
    gone = {n for n in nothing | beside if seen(f"न{chr(n)}न") == "नन"}
    assert gone == {*chain.from_iterable(range(first, last + 1) for first, last in GONE)}
    assert [f"U+{n:04X}" for n in beside - nothing if category(chr(n))[0] not in "CZ" and seen(chr(n)) != chr(n)] == []


@pytest.mark.parametrize(
    ("typed", "taken"), [("31/12/0999", False), ("01/01/1000", True), ("31/12/9000", True), ("01/01/9001", False)]
)
def test_nobody_counts_on_from_years_that_are_far_away(typed: str, taken: bool) -> None:
    assert bool(parse_day(typed)) is taken


def test_nothing_else_that_unicode_counts_among_what_steers_a_text_is_taken_for_typed() -> None:
    """What numbers the years of old books is drawn, and says nothing without its number."""
    steer = [one for one in map(chr, range(0x110000)) if category(one) in {"Cf", "Cc", "Zs", "Zl", "Zp"}]
    assert [f"U+{ord(one):04X}" for one in steer if seen(one).strip()] == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Dupont\u200d", "Dupont"),
        ("\u200cDu\u200dpont\ufe0f", "Dupont"),
        ("5\u200d\u200c", "5"),
        ("l\u2019\u200dexamen \u200d", "l\u2019examen "),
        ("علی\u200cرضا", "علی\u200cرضا"),  # a Persian name of two words
        ("क्\u200dष", "क्\u200dष"),  # half a letter of India
        ("👩\u200d🏫", "👩\u200d🏫"),  # one picture of two
        ("❤\ufe0f", "❤\ufe0f"),
        ("ᠮ\u180b", "ᠮ\u180b"),  # a shape of a Mongolian letter
        ("⠏\u2800⠧", "⠏\u2800⠧"),  # a space of Braille
        ("a\U000e0068\U000e0069b", "ab"),  # words hidden in tags
        ("\u0301", "\u0301"),
        ("…", "…"),
        ("", ""),
    ],
)
def test_what_scripts_need_stays_among_what_is_seen(typed: str, kept: str) -> None:
    assert seen(typed) == kept


def test_what_stands_beside_the_signs_that_nobody_sees_is_seen() -> None:
    """The last of each run, and what comes after it."""
    for last, beside in (("\ufffc", "\ufffd"), ("\U0001d17a", "\U0001d17b"), ("\u180f", "\u1810"), ("\ufe0f", "\ufe10")):
        assert (seen(last), seen(beside)) == ("", beside), ascii(beside)


def test_a_name_has_a_letter_that_is_seen() -> None:
    assert name_problem("’\u3164") == "« ’\u3164 » ne contient aucune lettre : écrivez le nom."
    assert name_problem("김\u3164") is None
