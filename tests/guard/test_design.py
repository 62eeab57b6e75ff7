"""One design: what pages are made of is defined in the stylesheets and shown by `/charte`, or lays out one room alone."""

import re
from collections.abc import Iterator

from portal.paths import STATIC, TEMPLATES
from tests.guard.visits import SHEETS, unstyled
from tests.support.demonstration import Demonstration

# Not on the chart, each for its reason.
LAYOUT = {
    "columns even narrow wide-form wide tight whole pair": "how blocks stand side by side, and how wide they are",
    "address acts broad main place title": "cells and lines of a table or a letter that are a little wider, or larger",
    "no-print print-only": "on paper alone",
    "month months event day days long short none today first-": "the calendar",
    "halves ticking waiting of-": "the day of the exam on a telephone",
    "chart rates what rail fill": "the bars of the figures",
    "letter": "what the administration writes, in its own shape",
    "qr secret recovery": "the second factor",
    "signal links": "one sheet of supervision and of the jury",
}
BY_SCRIPTS = {"summary"}  # found by the script, or by tests; looks like nothing by itself
IN_MARKUP = re.compile(r'class="((?:[^"{]|\{\{.*?\}\}|\{%.*?%\})*)"', re.DOTALL)
EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")


def in_templates() -> Iterator[tuple[str, str]]:
    """Each class, and where it stands; of one that is put together, its beginning."""
    for file in sorted(TEMPLATES.rglob("*.html")):
        text = re.sub(r"\{#.*?#\}", "", file.read_text("utf-8"), flags=re.DOTALL)
        for value in IN_MARKUP.findall(text):
            said = (re.sub(r"==\s*(['\"]).*?\1", "", expression) for expression in EXPRESSION.findall(value))
            words = [one or other for expression in said for one, other in QUOTED.findall(expression)]
            plain = re.sub(r"\{%.*?%\}", " ", EXPRESSION.sub(" ", value), flags=re.DOTALL)
            yield from ((name, str(file.relative_to(TEMPLATES))) for name in " ".join([plain, *words]).split())


def defined() -> set[str]:
    css = "".join((STATIC / name).read_text("utf-8") for name in SHEETS)
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)))


def test_every_class_is_defined_and_shown_on_the_chart_or_lays_out_a_room(demo: Demonstration) -> None:
    chart = demo.client("centre").get("/charte").text
    shown = {name for value in re.findall(r'class="([^"]*)"', chart) for name in value.split()}
    known = {name for names in LAYOUT for name in names.split()}
    used = dict(in_templates())
    assert len(used) > 80
    assert {name: file for name, file in used.items() if name not in shown | known} == {}
    assert {name: file for name, file in used.items() if not any(one.startswith(name) for one in defined() | BY_SCRIPTS)} == {}
    assert sorted(known - set(used)) == [] and sorted(known & shown) == []


def test_no_class_is_defined_in_vain() -> None:
    made_by_scripts = {"htmx-request", "unsent"}
    used = {name for name, _ in in_templates()} | made_by_scripts | {"present", "absent"}  # the states of a tick
    assert sorted(name for name in defined() if not any(name.startswith(one) for one in used)) == []


def test_a_table_becomes_cards_where_it_has_no_room() -> None:
    tables = [tag for file in TEMPLATES.rglob("*.html") for tag in re.findall(r"<table\b[^>]*>", file.read_text("utf-8"))]
    assert len(tables) > 20
    assert [tag for tag in tables if not re.search(r'class="cards\b', tag)] == []


def test_a_class_of_the_small_stylesheet_is_found_on_a_page_that_loads_the_large_one_alone() -> None:
    page = '<head><link href="portal.css">{}</head><body><table class="month cards">'.format
    assert unstyled(page("")) == {"month"} and unstyled(page('<link href="rooms.css">')) == set()
