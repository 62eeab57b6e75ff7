"""What another website asks in a person's name is refused before anything is read or answered that could end a sign-in."""

from urllib.parse import urlsplit

from flask import abort, request

from portal.web.state import settings


def own_site() -> None:
    """403 for a change that another website asks for."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and from_elsewhere():
        abort(403)


def from_elsewhere() -> bool:
    """Whether the browser says that this comes from another site; a program that is no browser says nothing."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    own = {request.host.lower(), urlsplit(settings().public_url).netloc.lower()}
    return origin is not None and (urlsplit(origin).netloc.lower() or "null") not in own
