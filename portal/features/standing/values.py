"""A value as a table holds it against the same as the trail says it."""

from datetime import date, datetime

from portal.features.past.shown import shown
from portal.rules.names import ERASED
from portal.store.personal import COMMITMENT


def plain(value: object) -> object:
    """As the trail writes it."""
    return value.isoformat() if isinstance(value, date) else value


def erased_signature(stands: object, said: object) -> bool:
    """Whether a column says no longer who acted, of whom the trail said so in words, up to version 1.14."""
    return stands == ERASED and isinstance(said, str) and not COMMITMENT.fullmatch(said)


def same(stands: object, said: object) -> bool:
    """Whether this is what was said."""
    if isinstance(stands, datetime):
        return stands == (datetime.fromisoformat(said) if isinstance(said, str) else said)
    return plain(stands) == plain(said)


def worded(value: object) -> str:
    """As a sentence shows it."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else shown(plain(value))
