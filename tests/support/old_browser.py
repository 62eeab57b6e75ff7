"""Chromium without what browsers of 2020 and 2021 lack: rules that they drop are dropped, what scripts ask for is missing."""

import re

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


def made_old(context: BrowserContext) -> None:
    """Let this browser be an old one."""

    def answer(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=without_new(response.text()))

    context.route("**/*.css*", answer)
    context.add_init_script(LACKING)
