"""The links at the top of each page, by role: made once for each place in which a person may be."""

from dataclasses import dataclass
from functools import lru_cache

from flask import request, url_for

from portal.rules.duties import Duty, may_do
from portal.rules.lifecycle import Role
from portal.web.state import actor

# A link's endpoint, by which the page names it, the duty that it serves (None: everybody's), and the blueprints or endpoints
# whose pages stand under it.
LINKS: tuple[tuple[str, Duty | None, frozenset[str]], ...] = (
    ("day.show", None, frozenset({"day"})),
    (
        "sessions.index",
        None,
        frozenset(
            {
                "sessions",
                "results",
                "postponements",
                "convening",
                "attendance",
                "minutes",
                "preparation",
                "candidates",
                "documents",
                "exports",
                "jury.edit",
            }
        ),
    ),
    ("requests.index", None, frozenset({"requests"})),
    ("calendars.month", None, frozenset({"calendars"})),
    ("jury.index", Duty.READ_MEMBERS, frozenset({"jury.index", "jury.show"})),
    ("centres.index", None, frozenset({"centres", "titles", "units", "reference.index"})),
    ("oversight.index", Duty.SUPERVISE, frozenset({"oversight", "figures"})),  # its page leads to the figures
    ("figures.show", Duty.READ_OWN_FIGURES, frozenset({"figures"})),
    ("communication.index", None, frozenset({"communication"})),
    ("deposit.index", Duty.DEPOSIT, frozenset({"deposit"})),
    ("measures.index", Duty.RUN_MEASURES, frozenset({"measures"})),
    ("reference.edit_limits", Duty.KEEP_LIMITS, frozenset({"reference.edit_limits", "privacy.edit_durations"})),
)


@dataclass(frozen=True)
class Link:
    name: str
    address: str
    here: bool


def navigation() -> tuple[Link, ...]:
    place = request.endpoint or ""
    return _links(actor().role, next((key for *_, under in LINKS for key in under if key in (place, request.blueprint)), ""))


@lru_cache(maxsize=512)
def _links(role: Role, key: str) -> tuple[Link, ...]:
    shown = [link for link in LINKS if link[1] is None or may_do(role, link[1]).ok]
    return tuple(Link(endpoint, url_for(endpoint), key in under) for endpoint, _, under in shown)
