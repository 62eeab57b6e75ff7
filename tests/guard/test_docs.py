"""What the documents say of the code is so: links lead somewhere, names stand where they are said to, sections exist."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from portal.paths import ROOT, TEMPLATES
from scripts.draw_house import PICTURE, draw, read_house

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
DOMAIN = ROOT / "docs" / "domain.md"
# [words](path) and the names in backticks that follow at once: `one`, `two`.
LINK = re.compile(r"\]\((?P<to>[^)\s]+)\)(?P<names>(?:,? `\w+`)*)")
CODE = [file for folder in ("portal", "tests") for file in sorted((ROOT / folder).rglob("*.py")) if file != Path(__file__)]


def links(page: Path) -> Iterator[tuple[Path, list[str]]]:
    """Each link within the repository, with the names that the page places in that file."""
    for found in LINK.finditer(page.read_text()):
        to = found["to"].partition("#")[0]
        if to and "://" not in to and not to.startswith("mailto:"):
            yield page.parent / to, re.findall(r"\w+", found["names"])


@cache
def names_in(file: Path) -> set[str]:
    """What a module defines, parameters of tables included (« check_actual_end »); every word of another file."""
    text = file.read_text()
    if file.suffix != ".py":
        return set(re.findall(r"\w+", text))
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_to_a_file_and_its_names_stand_there(page: Path) -> None:
    found = list(links(page))
    assert [str(to.relative_to(ROOT)) for to, _ in found if not to.exists()] == []
    strangers = [(to.name, name) for to, names in found for name in names if name not in names_in(to)]
    assert strangers == [], "the page places these names in files that do not have them"


def test_a_page_without_a_single_link_would_be_noticed() -> None:
    assert sum(len(names) for _, names in links(DOMAIN)) > 40


def test_every_section_that_the_code_quotes_is_a_heading_of_the_law() -> None:
    headings = set(re.findall(r"^## (\w+)\. ", DOMAIN.read_text(), re.MULTILINE))
    quoted = {(file.name, number) for file in CODE for number in re.findall(r"domain\.md (\d+[a-z]?)", file.read_text())}
    assert {number for _, number in quoted} >= {"1", "3", "4", "5", "6", "7", "8"}, "the code quotes the law"
    assert [(name, number) for name, number in sorted(quoted) if number not in headings] == []


def test_the_two_texts_of_the_newsletter_stand_on_the_screen_to_the_letter() -> None:
    quotes = re.findall(r"(?:^> .+\n)+", DOMAIN.read_text(), re.MULTILINE)
    texts = [" ".join(quote.replace("> ", " ").split()) for quote in quotes]
    assert len(texts) == 2
    screens = [" ".join(re.sub(r"<[^>]*>", "", t.read_text()).split()) for t in TEMPLATES.rglob("*.html")]
    assert [text for text in texts if not any(text in screen for screen in screens)] == []


def test_the_picture_of_the_house_is_the_one_that_its_imports_give() -> None:
    assert PICTURE.read_text() == draw(read_house()), "imports or contracts have changed since: `make house` draws it again"


def test_another_arrow_between_rooms_or_floors_is_another_picture() -> None:
    house = read_house()
    assert draw(replace(house, between_rooms=house.between_rooms | {("day", "reference")})) != draw(house)
    assert draw(replace(house, between_floors=house.between_floors - {("features", "web")})) != draw(house)
