"""Every table, for those who need the whole schema (migrations)."""

from portal.store import accounts, audit, candidates, measures, places, sessions, titles
from portal.store.base import metadata

__all__ = ["accounts", "audit", "candidates", "measures", "metadata", "places", "sessions", "titles"]
