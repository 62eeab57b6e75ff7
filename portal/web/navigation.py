"""The links at the top of each page, by role: made once for each place in which a person may be."""

from dataclasses import dataclass
from functools import lru_cache

from flask import request, url_for

from portal.rules.lifecycle import Role
from portal.web.state import actor

# A link's label, its endpoint, the roles that have it, and the blueprints or endpoints whose pages stand under it.
R = Role
EVERYBODY = frozenset(Role)
STATE = frozenset({R.UD, R.REGION, R.NATIONAL})
LINKS: tuple[tuple[str, str, frozenset[Role], frozenset[str]], ...] = (
    ("Accueil", "day.show", EVERYBODY, frozenset({"day"})),
    (
        "Sessions",
        "sessions.index",
        EVERYBODY,
        frozenset({"sessions", "results", "postponements", "preparation", "candidates", "documents", "exports", "jury.edit"}),
    ),
    ("Demandes", "requests.index", EVERYBODY, frozenset({"requests"})),
    ("Calendrier", "calendars.month", EVERYBODY, frozenset({"calendars"})),
    ("Jurys", "jury.index", STATE, frozenset({"jury.index", "jury.show"})),
    ("Agréments", "reference.index", EVERYBODY, frozenset({"reference.index"})),
    ("Supervision", "oversight.index", STATE, frozenset({"oversight", "figures"})),  # its page leads to the figures
    ("Chiffres", "figures.show", frozenset({R.CENTRE}), frozenset({"figures"})),
    ("Lettres", "communication.index", EVERYBODY, frozenset({"communication"})),
    ("Comptes", "accounts.index", frozenset({R.NATIONAL}), frozenset({"accounts.index"})),
    ("Mesures", "measures.index", frozenset({R.NATIONAL}), frozenset({"measures"})),
    ("Réglages", "reference.edit_limits", frozenset({R.NATIONAL}), frozenset({"reference.edit_limits"})),
)


@dataclass(frozen=True)
class Link:
    label: str
    address: str
    here: bool


def navigation() -> tuple[Link, ...]:
    place = request.endpoint or ""
    return _links(actor().role, next((key for *_, under in LINKS for key in under if key in (place, request.blueprint)), ""))


@lru_cache(maxsize=512)
def _links(role: Role, key: str) -> tuple[Link, ...]:
    return tuple(Link(label, url_for(endpoint), key in under) for label, endpoint, roles, under in LINKS if role in roles)
