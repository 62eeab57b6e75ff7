"""The links at the top of each page, by role: made once for each place in which a person may be."""

from dataclasses import dataclass
from functools import lru_cache

from flask import request, url_for

from portal.rules.duties import Duty, may_do
from portal.rules.lifecycle import Role
from portal.web.state import actor

# A link's label, its endpoint, the duty that it serves (None: everybody's), and the blueprints or endpoints whose pages stand
# under it.
LINKS: tuple[tuple[str, str, Duty | None, frozenset[str]], ...] = (
    ("Accueil", "day.show", None, frozenset({"day"})),
    (
        "Sessions",
        "sessions.index",
        None,
        frozenset(
            {
                "sessions",
                "results",
                "postponements",
                "convening",
                "preparation",
                "candidates",
                "documents",
                "exports",
                "jury.edit",
            }
        ),
    ),
    ("Demandes", "requests.index", None, frozenset({"requests"})),
    ("Calendrier", "calendars.month", None, frozenset({"calendars"})),
    ("Jurys", "jury.index", Duty.READ_MEMBERS, frozenset({"jury.index", "jury.show"})),
    ("Centres et titres", "centres.index", None, frozenset({"centres", "reference.index"})),
    ("Supervision", "oversight.index", Duty.SUPERVISE, frozenset({"oversight", "figures"})),  # its page leads to the figures
    ("Chiffres", "figures.show", Duty.READ_OWN_FIGURES, frozenset({"figures"})),
    ("Communication", "communication.index", None, frozenset({"communication"})),
    ("Mesures", "measures.index", Duty.RUN_MEASURES, frozenset({"measures"})),
    ("Réglages", "reference.edit_limits", Duty.KEEP_LIMITS, frozenset({"reference.edit_limits"})),
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
    shown = [link for link in LINKS if link[2] is None or may_do(role, link[2]).ok]
    return tuple(Link(label, url_for(endpoint), key in under) for label, endpoint, _, under in shown)
