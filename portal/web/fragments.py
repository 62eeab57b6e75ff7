"""htmx asks for the same address as a page without it, and gets what of that page belongs in its place."""

from flask import Response, request

# The blocks of the session page that are edited in place, and the block that takes their place.
BLOCKS = ("etape", "informations", "date-reelle", "bloc")


def fit(response: Response) -> Response:
    """For htmx: a redirection is followed by the browser itself; a page replaces the content in place; the question
    comes alone, as a dialog."""
    if "HX-Request" not in request.headers:
        return response
    if response.status_code in (302, 303):
        response.headers["HX-Redirect"] = response.headers.pop("Location")
        response.status_code = 200
    elif request.method == "POST" and response.mimetype == "text/html" and "HX-Retarget" not in response.headers:
        asked = request.headers.get("HX-Target", "").rpartition("#")[2]
        if asked in BLOCKS and response.status_code in (200, 403, 409, 422):
            response.headers["HX-Reselect"] = "#bloc"
            response.headers["HX-Reswap"] = "outerHTML"
        else:
            response.headers["HX-Retarget"] = "#contenu"
            response.headers["HX-Reselect"] = "#contenu"
            response.headers["HX-Reswap"] = "outerHTML show:top"
    response.vary.add("HX-Request")
    return response
