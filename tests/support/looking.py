"""A page in the real browser, looked at as wide as a desk's screen and as narrow as a phone's."""

import re
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page, Response

WIDTHS = (1440, 1280, 1024, 820, 360, 320)
MOST_BYTES, MOST_NODES = 30_000, 900
LOOK = Path(__file__).with_name("looking.js").read_text("utf-8")
# A page that the worker for days without a line hands on is told unpacked.
WEIGHED = """() => [
  (({ workerStart, encodedBodySize }) => (workerStart ? 0 : encodedBodySize))(performance.getEntriesByType("navigation")[0])
    + performance.getEntriesByType("resource").reduce((sum, r) => sum + r.encodedBodySize, 0),
  document.querySelectorAll(":not(wbr)").length,
]"""
# How much of what was painted has moved since, as the browser counts it.
SHIFTED = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; })
    .observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum))));
})"""
MOST_SHIFT = 0.01
# What stands folded is looked at too.
UNFOLD = "() => { for (const e of document.querySelectorAll('main details')) e.open = true; }"

NARROW = (820, 360, 320)
ONE_LINE = """() => {
  const [brand, ...links] = document.querySelectorAll(".brand, .menu nav a");
  const middle = (e) => { const r = e.getBoundingClientRect(); return r.top + r.height / 2; };
  return links.length > 5 && links.every((link) => Math.abs(middle(link) - middle(brand)) < 5);
}"""
# Does what it is given, and tells once htmx has put the answer in which element has the focus.
SWAPPED = """(e) => new Promise((done) => {
  document.addEventListener("htmx:after:swap", () => setTimeout(() => done(document.activeElement.localName)), { once: true });
  (ACT)(e);
})"""
EMPTY = (
    "(e) => { for (const one of e.querySelectorAll('input:not([type=hidden]), textarea')) one.value = ''; e.requestSubmit(); }"
)


class Looker:
    """Looks at pages, and hears what the browser says of them meanwhile."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.said.append(f"script: {error}"))
        page.on("response", self._answered)

    def _hear(self, message: ConsoleMessage) -> None:
        self.said.append(f"console: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.said.append(f"{response.status}: {response.url}")

    def look(self, address: str) -> list[str]:
        """What is wrong of the page at this address, at each width; a fault at several widths is said once, with all of them."""
        self.said.clear()
        self.page.goto(address)
        bytes_, nodes = self.page.evaluate(WEIGHED)
        found = [f"heavy: {bytes_} bytes"] if bytes_ > MOST_BYTES else []
        found += [f"heavy: {nodes} nodes"] if nodes > MOST_NODES else []
        shift = self.page.evaluate(SHIFTED)
        found += [f"jumps: {shift:.3f}"] if shift > MOST_SHIFT else []
        self.page.evaluate(UNFOLD)
        return [*found, *self.seen(), *self.said]

    def seen(self, widths: tuple[int, ...] = WIDTHS) -> Iterator[str]:
        """What is wrong to the eye of the page that stands there."""
        at: dict[str, list[str]] = {}
        for width in widths:
            self.page.set_viewport_size({"width": width, "height": 900})
            for fault in self.page.evaluate(LOOK):
                at.setdefault(re.sub(r"\s+", " ", fault), []).append(str(width))
        yield from (f"{fault} | {', '.join(widths)}" for fault, widths in at.items())
