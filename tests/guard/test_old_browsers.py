"""Chromium 87, Firefox 91, Safari 14: the same pages, in order, each act by its own page."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.paths import STATIC
from tests.browser.people import asked, person, question
from tests.support.looking import seen
from tests.support.old_browser import UNKNOWN, made_old, without_gap, without_new

# Two controls in one line with less than four pixels between them.
TOUCHING = """() => [...document.querySelectorAll('.buttons, .chips, .filters, .links-line, .title-line')].flatMap((line) => {
  const boxes = [...line.children].map((e) => [e, e.getBoundingClientRect()]).filter(([, r]) => r.width);
  return boxes.slice(1).filter(([, r], i) => r.top < boxes[i][1].bottom && r.left >= boxes[i][1].left && r.left - boxes[i][1].right < 4)
    .map(([e]) => line.className + ': ' + e.textContent.trim());
})"""
PAGES = ("/", "/sessions", "/sessions/224561", "/sessions/224571/resultats", "/sessions/224563/candidats", "/chiffres")


@pytest.fixture
def old(chromium: Browser, base: str) -> Page:
    page = person(chromium, base, "centre", True)
    made_old(page.context)
    return page


def test_what_an_old_browser_drops_is_dropped() -> None:
    css = "a{b:c} @layer x{a{b:c}} d:is(e){f:g} @media print{h{i:j} k:has(l){m:n}} @supports selector(x::details-content){o{p:q}}"
    assert without_new(css).replace(" ", "") == "a{b:c}@mediaprint{h{i:j}}"


@pytest.mark.parametrize("file", ["portal.css", "rooms.css"])
def test_nearly_all_of_the_stylesheet_is_kept(file: str) -> None:
    css = (Path(STATIC) / file).read_text("utf-8")
    assert "@layer" not in without_new(css) and not UNKNOWN.search(without_new(css))
    assert len(without_new(css)) > 0.85 * len(css)
    assert not re.search(r"(?<!scroll-padding)-(?:inline|block):", css)  # Safari 14.0 knows the four sides alone


@pytest.mark.parametrize("file", ["portal.css", "rooms.css"])
def test_what_an_old_browser_does_not_know_takes_nothing_else_with_it(file: str) -> None:
    """Of a list of selectors it drops all, if it does not know one."""
    css = re.sub(r"/\*.*?\*/", "", (Path(STATIC) / file).read_text("utf-8"), flags=re.S)
    css = css.replace("::details-content", "")  # stands where @supports has asked for it
    lists = [re.split(r",(?![^()]*\))", names.strip()) for names in re.findall(r"([^{};]+)\{", css)]
    known = [[not UNKNOWN.search(name) for name in names] for names in lists]
    assert len(lists) > 50 and [names for names, told in zip(lists, known, strict=True) if any(told) != all(told)] == []


def test_what_flows_has_margins_where_a_browser_knows_no_gap() -> None:
    css = re.sub(
        r"/\*.*?\*/", "", "".join((Path(STATIC) / f"{name}.css").read_text("utf-8") for name in ("portal", "rooms")), flags=re.S
    )
    margins = css.partition("@supports not (inset: 0) {")[2].partition("\n}")[0]
    rules = re.findall(r"([^{}]+)\{([^{}]*display: (?:inline-)?flex[^{}]*)\}", css)
    flowing = [one.strip() for names, rule in rules if re.search(r"\bgap: (?!0;)", rule) for one in names.split(",")]
    assert len(flowing) > 15 and [one for one in flowing if f"{one} > *" not in margins] == []


def test_controls_do_not_touch_where_a_browser_knows_no_gap(chromium: Browser, base: str) -> None:
    page = person(chromium, base, "centre", True)
    made_old(page.context, without_gap)
    for path in PAGES[:4]:
        page.goto(path)
        assert page.evaluate("getComputedStyle(document.querySelector('.top-in')).columnGap") == "normal"
        assert page.evaluate(TOUCHING) == [], path


def test_pages_are_in_order_without_what_came_later(old: Page) -> None:
    told: list[str] = []
    for path in PAGES:
        old.goto(path)
        assert old.evaluate("getComputedStyle(document.querySelector('.sheet')).borderRadius") == "6px"
        told += [f"{path}: {fault}" for fault in seen(old, (1280, 360))]
    assert not told, "\n".join(told)


def test_the_question_is_a_page_of_its_own_where_htmx_does_not_work(old: Page) -> None:
    asked(old)
    assert old.evaluate("typeof htmx") == "undefined"
    expect(old.get_by_role("dialog")).to_have_count(0)
    expect(question(old)).to_be_visible()
    old.get_by_role("button", name="Oui, valider les résultats").click()
    expect(old.get_by_text("Résultats enregistrés.", exact=True)).to_be_visible()
