"""The RGAA 4.1 in docs/accessibility.md: all its criteria, each with what shows it, and the figures that `/accessibilite` declares."""

import re
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from portal.paths import ROOT, STATIC
from tests.browser.people import person
from tests.support.demonstration import Demonstration
from tests.support.looking import seen

CRITERIA = {1: 9, 2: 2, 3: 3, 4: 13, 5: 8, 6: 2, 7: 5, 8: 10, 9: 4, 10: 14, 11: 13, 12: 11, 13: 12}  # by theme
# WCAG 1.4.12: what whoever reads with difficulty sets.
SPACED = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }"
WITH = "(css) => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }"  # past the policy
PAGES = ("/", "/sessions", "/sessions/224571", "/sessions/224571/resultats", "/compte")


def table() -> dict[str, tuple[str, str]]:
    """Each criterion: whether it is met, and what shows it."""
    rows = re.findall(
        r"^\| (\d+\.\d+) \| [^|]+ \| ([CN–]) \| ([^|]+) \|$", (ROOT / "docs/accessibility.md").read_text("utf-8"), re.M
    )
    assert len({number for number, *_ in rows}) == len(rows)
    return {number: (met, why.strip()) for number, met, why in rows}


def test_every_criterion_is_answered_with_what_shows_it() -> None:
    assert [*table()] == [f"{theme}.{n}" for theme, most in CRITERIA.items() for n in range(1, most + 1)]
    assert len(table()) == 106 and all(why for _, why in table().values())
    for _, why in table().values():
        for test in re.findall(r"\]\(([^)]+)\)", why):
            assert (ROOT / "docs" / test).exists(), test


def test_the_declaration_says_what_the_table_says(demo: Demonstration) -> None:
    count = Counter(met for met, _ in table().values())
    page = " ".join(demo.client("centre").get("/accessibilite").text.split()).replace("\xa0", " ")
    assert f"{count['C']} sont remplis, {count['–']} sont sans objet" in page and not count["N"]
    assert "n’est pas déclaré conforme" in page


SOFT = ("paper", "ground", "accent-soft", "warn-soft", "bad-soft", "good-soft")
# What stands upon what, and by how much it must stand out: borders of controls and colours of states, then words.
STANDS_OUT = (
    *((3, line, upon) for line in ("line-2", "accent", "warn", "bad", "good") for upon in ("paper", "ground")),
    *((4.5, "ink", upon) for upon in SOFT),
    *((4.5, "ink-2", upon) for upon in SOFT),
    *((4.5, state, upon) for state in ("accent", "warn", "bad", "good") for upon in ("paper", "ground", f"{state}-soft")),
    *((4.5, "on-accent", upon) for upon in ("accent", "warn")),
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_borders_states_and_words_stand_out(scheme: str) -> None:
    css = (Path(STATIC) / "portal.css").read_text("utf-8")
    root = re.findall(r":root \{(.*?)\n *\}", css, re.S)[scheme == "dark"]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", root))
    assert {name for _, *pair in STANDS_OUT for name in pair} <= set(colours)
    for least, one, upon in STANDS_OUT:
        light, dark = sorted((luminance(colours[name]) for name in (upon, one)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= least, (one, upon)


def luminance(colour: str) -> float:
    """Of #rgb or #rrggbb, as WCAG 2.2 reckons it."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_text_spaced_out_by_its_reader_stays_whole(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    told: list[str] = []
    for path in PAGES:
        page.goto(path)
        page.evaluate(WITH, SPACED)
        told += [f"{path}: {fault}" for fault in seen(page, (1280, 360))]
    assert not told, "\n".join(told)
