"""Every table, for those who need the whole schema (migrations)."""

from portal.store import (
    accounts,
    audit,
    calendars,
    candidates,
    documents,
    factors,
    jury,
    limits,
    measures,
    notices,
    oversight,
    personal,
    places,
    requests,
    sessions,
    titles,
    tree,
)
from portal.store.base import metadata

__all__ = [
    "accounts",
    "audit",
    "calendars",
    "candidates",
    "documents",
    "factors",
    "jury",
    "limits",
    "measures",
    "metadata",
    "notices",
    "oversight",
    "personal",
    "places",
    "requests",
    "sessions",
    "titles",
    "tree",
]
