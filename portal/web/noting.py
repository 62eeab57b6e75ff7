"""What a request leaves in the security journal. HEAD asks what GET asks, and leaves nothing; no page fails for it."""

import re
from collections.abc import Mapping
from contextlib import suppress

from flask import Response, after_this_request, g, request
from flask_login import current_user
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from portal.core.things import are_there
from portal.rules.security import Kind
from portal.store.security import Entry
from portal.store.security import note as keep
from portal.web.state import actor, clock, db_to_write, reading
from portal.web.whence import device

PLACE = re.compile(r"<(?P<how>\w*)[^<>]*?(?P<name>\w+)>")


def note(kind: Kind, subject: str) -> None:
    """This person did this, now."""
    if request.method in ("GET", "POST"):
        keep(db_to_write(), clock().now(), Entry(kind, actor().id, subject=subject, device=device()))


def note_when_shown(kind: Kind) -> None:
    """The same for a page that is read, once it is there: its address is what it is of."""

    @after_this_request
    def shown(response: Response) -> Response:
        if request.method == "GET" and response.status_code == 200:
            note(kind, request.path)
        return response


def note_refused() -> None:
    """A signed-in person is told 404 at an address of ours: whether there is such a thing is looked up here alone, and what the
    answer then costs is the same."""
    rule = request.url_rule
    if rule is None or request.endpoint == "static" or request.method not in ("GET", "POST") or not current_user.is_authenticated:
        return
    named = request.view_args or {}
    with suppress(DBAPIError, PoolTimeout):
        there = are_there(reading(), rule.rule, named) or "of_another_role" in g
        subject = PLACE.sub(lambda place: _shown(place, named), rule.rule)
        note(Kind.FOREIGN if there else Kind.MISSING, subject)


def _shown(place: re.Match[str], named: Mapping[str, object]) -> str:
    """What stands in a place of an address: numbers and words of ours; never what somebody typed, which may be a secret."""
    value = named.get(place["name"])
    return str(value) if isinstance(value, int) or place["how"] == "any" else "…"
