"""htmx asks for the same address as a page without it, and gets what of that page belongs in its place."""

from flask import Response, request


def fit(response: Response) -> Response:
    """For htmx: a redirection is followed by the browser itself; a page replaces the content in place; the question
    comes alone, as a dialog."""
    if "HX-Request" not in request.headers:
        return response
    if response.status_code in (302, 303):
        response.headers["HX-Redirect"] = response.headers.pop("Location")
        response.status_code = 200
    elif response.mimetype == "text/html" and "HX-Retarget" not in response.headers:
        response.headers["HX-Retarget"] = "#contenu"
        response.headers["HX-Reselect"] = "#contenu"
        response.headers["HX-Reswap"] = "outerHTML show:top"
    response.vary.add("HX-Request")
    return response
