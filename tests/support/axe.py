"""What axe finds of a page: of its rules once, of its colours in the light and in the dark, where a text is painted as none was before."""

import json
from collections.abc import Iterator

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

COLOURS = ["color-contrast", "link-in-text-block"]
# The texts whose colours are looked at are marked, with all that stands in them.
FRESH = [{"id": COLOURS[0], "selector": "[data-fresh], [data-fresh] *"},
         {"id": COLOURS[1], "selector": "a[href][data-fresh], [data-fresh] a[href]"}]  # fmt: skip
READY = f"{AXE_SCRIPT};axe.configure({json.dumps({'rules': FRESH})});"
ONLY_COLOURS = {"runOnly": {"type": "rule", "values": COLOURS}}
RUN = """(options) => axe.run(document, Object.assign({resultTypes: ["violations"], selectors: false}, options))
  .then(({ violations }) => violations.map((one) => `${one.id} ${one.nodes[0].html.slice(0, 120)}`))"""
# Marks the texts that are painted in a new way: what decides it is what they are, in what they stand, in which state, of which sheets.
MARK = """(known) => {
  const STATES = ["disabled", "aria-current", "aria-invalid", "type", "open"];
  const one = (e) => `${e.localName}.${e.getAttribute("class") || ""}`
    + STATES.map((name) => e.hasAttribute(name) ? `[${name}=${e.getAttribute(name)}]` : "").join("");
  const sheets = [...document.styleSheets].map((sheet) => sheet.href).join();
  const whole = (e) => (e === document.body ? sheets : whole(e.parentElement)) + ">" + one(e);
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
FIRST = f"async (known) => {{ const fresh = ({MARK})(known); return [fresh, await ({RUN})({{}})]; }}"


def ready(page: Page) -> Page:
    """Each page that it opens from now on has axe: read by the browser once, not sent again for each."""
    page.add_init_script(READY)
    return page


def violations(page: Page, painted: set[str]) -> Iterator[str]:
    """Of a page that is ready. `painted`: the ways in which texts were painted so far; it grows."""
    fresh, found = page.evaluate(FIRST, sorted(painted))
    painted |= set(fresh)
    yield from (f"light: {one}" for one in found)
    if fresh:
        page.emulate_media(color_scheme="dark")
        yield from (f"dark: {one}" for one in page.evaluate(RUN, ONLY_COLOURS))
        page.emulate_media(color_scheme="light")
