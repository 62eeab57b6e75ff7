"""Every table, for those who need the whole schema (migrations)."""

from portal.store import (
    accounts,
    audit,
    calendars,
    candidates,
    documents,
    jury,
    limits,
    measures,
    places,
    sessions,
    titles,
)
from portal.store.base import metadata

__all__ = [
    "accounts",
    "audit",
    "calendars",
    "candidates",
    "documents",
    "jury",
    "limits",
    "measures",
    "metadata",
    "places",
    "sessions",
    "titles",
]
