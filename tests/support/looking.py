"""A page in the real browser, looked at as wide as a desk's screen and as narrow as a phone's: in a frame, whose widths are a script's
to set, so that all six are looked at in one go, and nothing is painted for each.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from flask import Response as FlaskResponse
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
# How much of what was painted has moved since, as the browser counts it. A frame is painted before its first stylesheet is there,
# which no page in a window is: that the body's own margin goes then counts for nothing.
SHIFTED = """() => new Promise((done) => {
  let sum = 0;
  const bare = ({ node, previousRect, currentRect }) => node === document.body && previousRect.x === 8 && currentRect.x !== 8;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.sources.some(bare)) sum += one.value; })
    .observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum))));
})"""
MOST_SHIFT = 0.01
# What stands folded is looked at too.
UNFOLD = "() => { for (const e of document.querySelectorAll('main details')) e.open = true; }"
WHOLE = f"""async (widths) => {{
  const weighed = ({WEIGHED})(), shift = await ({SHIFTED})();
  ({UNFOLD})();
  return [...weighed, shift, ({LOOK.rstrip()})(widths)];
}}"""
# Around it stands a page that holds no more than the frame.
AROUND = "/healthz"
FRAME = """() => {
  const frame = document.createElement("iframe");
  frame.style.cssText = "position: absolute; left: 0; top: 0; border: 0; height: 900px";
  document.body.append(frame);
}"""
WIDEN = "(width) => { frameElement.style.width = `${width}px`; }"

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


def framed(app: Flask) -> Flask:
    """This application, whose pages may now stand in a frame of its own."""

    def allow(answer: FlaskResponse) -> FlaskResponse:
        answer.headers.pop("X-Frame-Options", None)
        policy = answer.headers["Content-Security-Policy"]
        answer.headers["Content-Security-Policy"] = policy.replace("ancestors 'none'", "ancestors 'self'; frame-src 'self'")
        return answer

    app.after_request_funcs[None].insert(0, allow)  # the first is asked last
    return app


class Looker:
    """Looks at pages, and hears what the browser says of them meanwhile. `page`: what stands around the frame."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        page.set_viewport_size({"width": max(WIDTHS), "height": 900})
        page.evaluate(FRAME)
        (self.frame,) = page.main_frame.child_frames
        self.widen(min(WIDTHS))
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.said.append(f"script: {error}"))
        page.on("response", self._answered)

    def _hear(self, message: ConsoleMessage) -> None:
        self.said.append(f"console: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.said.append(f"{response.status}: {response.url}")

    def widen(self, width: int) -> None:
        self.frame.evaluate(WIDEN, width)

    def look(self, address: str) -> list[str]:
        """What is wrong of the page at this address, at each width; a fault at several widths is said once, with all of them."""
        self.said.clear()
        self.frame.goto(address)
        bytes_, nodes, shift, seen = self.frame.evaluate(WHOLE, WIDTHS)
        found = [f"heavy: {bytes_} bytes"] if bytes_ > MOST_BYTES else []
        found += [f"heavy: {nodes} nodes"] if nodes > MOST_NODES else []
        found += [f"jumps: {shift:.3f}"] if shift > MOST_SHIFT else []
        return [*found, *_told(seen, WIDTHS), *self.said]

    def seen(self, widths: tuple[int, ...] = WIDTHS) -> Iterator[str]:
        """What is wrong to the eye of the page that stands there."""
        yield from _told(self.frame.evaluate(LOOK, widths), widths)


def seen(page: Page, widths: tuple[int, ...]) -> Iterator[str]:
    """The same of a page in a window of its own, made as wide as each of these."""
    found: list[list[str]] = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        found += page.evaluate(LOOK, [width])
    yield from _told(found, widths)


def _told(seen: list[list[str]], widths: tuple[int, ...]) -> Iterator[str]:
    at: dict[str, list[str]] = {}
    for width, faults in zip(widths, seen, strict=True):
        for fault in faults:
            at.setdefault(re.sub(r"\s+", " ", fault), []).append(str(width))
    yield from (f"{fault} | {', '.join(widths)}" for fault, widths in at.items())
