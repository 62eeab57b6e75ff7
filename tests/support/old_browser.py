"""Chromium without what browsers of 2020 and 2021 lack: rules that they drop are dropped, what scripts ask for is missing."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Route

# A selector with one of these makes an old browser drop its whole rule.
UNKNOWN = re.compile(r":is\(|:where\(|:has\(|:not\([^()]*,|::details-content|@layer|@container")
LACKING = "delete window.structuredClone; delete window.HTMLDialogElement; delete Element.prototype.moveBefore;"


def without_new(css: str) -> str:
    """The stylesheet as an old browser keeps it."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    kept, depth, start, end = [], 0, 0, 0
    for at, sign in enumerate(css):  # the outermost blocks one by one
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if sign == "{" and depth == 1:
            start = at
        if sign == "}" and depth == 0:
            head, body = css[end:start], css[start + 1 : at]
            end = at + 1
            if not UNKNOWN.search(head):
                kept.append(f"{head}{{{without_new(body) if head.lstrip().startswith('@') else body}}}")
    return "".join(kept)


def without_gap(css: str) -> str:
    """The stylesheet as Safari 14.0 keeps it: no gap between what flows, and what we say for that."""
    flowing = re.sub(r"(\{(?:(?!grid)[^{}])*\})", lambda rule: re.sub(r"(?<=[{; ])gap: ?[^;}]+;?", "", rule[1]), css)
    return re.sub(r"@supports not \(inset: ?0\)", "@media all", flowing)


def made_old(context: BrowserContext, kept: Callable[[str], str] = without_new) -> None:
    """Let this browser be an old one, which keeps of a stylesheet what `kept` gives."""

    def answer(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=kept(response.text()))

    context.route("**/*.css*", answer)
    context.add_init_script(LACKING)
