"""Until when a session may start on a title (domain.md 7)."""

from calendar import monthrange
from datetime import date

GENERAL_EXTENSION_MONTHS = 12


def last_start(expires_on: date | None, extension_months: int = GENERAL_EXTENSION_MONTHS) -> date | None:
    """The last day on which a session may start: the title's expiry plus its prolongation. None: no limit known."""
    if expires_on is None:
        return None
    years, month = divmod(expires_on.month - 1 + extension_months, 12)
    year = expires_on.year + years
    return date(year, month + 1, min(expires_on.day, monthrange(year, month + 1)[1]))
