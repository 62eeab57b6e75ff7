"""What axe finds of a page: of its rules once, of its colours in the light and in the dark, where a text is painted as none was before."""

import json
from collections.abc import Iterator, Mapping

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.support.server import Scheme

COLOURS = ["color-contrast", "link-in-text-block"]
RULES = {"rules": {rule: {"enabled": False} for rule in COLOURS}}
ONLY_COLOURS = {"runOnly": {"type": "rule", "values": COLOURS}}
RUN = """axe.run(%s, Object.assign({resultTypes: ["violations"]}, %s))
  .then(({ violations }) => violations.map((one) => `${one.id} ${one.nodes[0].html.slice(0, 120)}`))"""
# Marks the texts that are painted in a new way: what decides it is what they are, in what they stand, and in which state.
MARK = """(known) => {
  const STATES = ["disabled", "aria-current", "aria-invalid", "type", "open"];
  const one = (e) => `${e.localName}.${e.getAttribute("class") || ""}`
    + STATES.map((name) => e.hasAttribute(name) ? `[${name}=${e.getAttribute(name)}]` : "").join("");
  const whole = (e) => (e === document.body ? "" : whole(e.parentElement) + ">") + one(e);
  const seen = new Set(known), fresh = [];
  for (const e of document.body.querySelectorAll("*")) {
    if (![...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    const path = whole(e);
    if (seen.has(path)) continue;
    seen.add(path);
    fresh.push(path);
    e.setAttribute("data-fresh", "");
  }
  return fresh;
}"""


def violations(page: Page, painted: set[str]) -> Iterator[str]:
    """`painted`: the ways in which texts were painted so far; it grows."""
    page.emulate_media(color_scheme="light")
    page.evaluate(AXE_SCRIPT)
    yield from _run(page, "light", "document", RULES)
    fresh = page.evaluate(MARK, sorted(painted))
    painted |= set(fresh)
    schemes: tuple[Scheme, ...] = ("light", "dark") if fresh else ()
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        yield from _run(page, scheme, '{include: [["[data-fresh]"]]}', ONLY_COLOURS)


def _run(page: Page, scheme: Scheme, where: str, options: Mapping[str, object]) -> Iterator[str]:
    yield from (f"{scheme}: {found}" for found in page.evaluate(RUN % (where, json.dumps(options))))
