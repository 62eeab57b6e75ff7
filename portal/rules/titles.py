"""Until when a session may start on a title (domain.md 7)."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.rules.french import day

GENERAL_EXTENSION_MONTHS = 12


def last_start(expires_on: date | None, extension_months: int = GENERAL_EXTENSION_MONTHS) -> date | None:
    """The last day on which a session may start: the title's expiry plus its prolongation. None: no limit known."""
    if expires_on is None:
        return None
    years, month = divmod(expires_on.month - 1 + extension_months, 12)
    year = expires_on.year + years
    return date(year, month + 1, min(expires_on.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Approved:
    """An approval of a centre for one title, and until when a session may still start on that title."""

    id: int
    number: str
    valid_from: date
    valid_to: date
    last_start: date | None

    def covers(self, starts_on: date) -> bool:
        return self.valid_from <= starts_on <= self.valid_to and (self.last_start is None or starts_on <= self.last_start)


def may_start(approvals: Sequence[Approved], starts_on: date, *, granted: bool = False) -> Approved | str:
    """The approval under which a session on this title may start that day, or why there is none, as a sentence.

    `granted`: the unit has granted dates beyond the title's expiry.
    """
    if not approvals:
        return "Votre centre n’a pas d’agrément pour ce titre."
    valid = [a for a in approvals if a.valid_from <= starts_on <= a.valid_to]
    if not valid:
        spans = " ; ".join(f"n° {a.number}, du {day(a.valid_from)} au {day(a.valid_to)}" for a in approvals)
        return f"Aucun agrément de votre centre pour ce titre n’est valable le {day(starts_on)} ({spans})."
    if not granted and not valid[0].covers(starts_on):
        return expired(valid[0].last_start)
    return valid[0]


def expired(limit: date | None) -> str:
    assert limit
    return f"Le titre arrive à échéance : avec sa prolongation, une session peut commencer jusqu’au {day(limit)}."
