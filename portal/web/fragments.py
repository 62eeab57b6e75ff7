"""htmx asks for the same address as a page without it, and gets of that page the block alone that belongs in its place."""

from typing import Any

from flask import Response, current_app, make_response, render_template, request
from jinja2_fragments.flask import render_block


def page(template: str, status: int = 200, *, block: str = "main", inner: str = "", place: str = "", **context: Any) -> Response:
    """The whole page; to htmx, this block of it alone. It goes where htmx asked for it, or else into `place`.
    `inner`: a block within that one, for whoever asks for its place alone.

    A block reads two more names: `in_place`, and `opened` when it comes into a place that is not yet its own and needs
    its heading. What is asked in no place of any page has no such block: there htmx gets the page as everybody does.
    """
    if not asked_in_place() or block not in current_app.jinja_env.get_template(template).blocks:
        return make_response(render_template(template, **context), status)
    target = request.headers.get("HX-Target", "").rpartition("#")[2]
    block = inner if inner and target == inner else block
    opened = target != block
    response = make_response(render_block(template, block, **context, in_place=True, opened=opened), status)
    if block == "main":
        place = "contenu"
    if place:
        response.headers["HX-Retarget"] = f"#{place}"
        response.headers["HX-Reswap"] = "innerHTML show:top" if block == "main" else "innerHTML"
    return response


def asked_in_place() -> bool:
    return "HX-Request" in request.headers


def fit(response: Response) -> Response:
    """For htmx, a redirection is followed by the browser itself. Whoever keeps answers keeps the two kinds apart."""
    if asked_in_place() and response.status_code in (302, 303):
        response.headers["HX-Redirect"] = response.headers.pop("Location")
        response.status_code = 200
    response.vary.add("HX-Request")
    return response
