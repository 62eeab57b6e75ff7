"""Public holidays of France, by name. Their calendar is kept by a library: laws move them."""

from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=1)
def _france() -> holidays.HolidayBase:
    return holidays.country_holidays("FR", language="fr")


def holiday(on: date) -> str | None:
    """The name of the public holiday that this day is; None for any other day."""
    return _france().get(on)
