"""Until when a session may start on a title, and which agrément covers it (domain.md 2 and 7)."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.rules.french import day

GENERAL_EXTENSION_MONTHS = 12


def months_after(start: date, months: int) -> date:
    """The same day so many months later (earlier, for a negative number); the last of the month where it has no such day."""
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def last_start(expires_on: date | None, extension_months: int = GENERAL_EXTENSION_MONTHS) -> date | None:
    """The last day on which a session may start: the title's expiry plus its prolongation. None: no limit known."""
    return None if expires_on is None else months_after(expires_on, extension_months)


@dataclass(frozen=True)
class Approved:
    """An approval of a centre for one title, the title's expiry, and until when a session may still start on that title."""

    id: int
    number: str
    valid_from: date
    valid_to: date
    expires_on: date | None
    last_start: date | None

    def is_valid(self, on: date) -> bool:
        """Whether the day lies within its dates, both included."""
        return self.valid_from <= on <= self.valid_to

    @property
    def prolonged(self) -> bool:
        """An approval valid on its title's last day is kept while the title is prolonged: by law it cannot outlive it."""
        return self.expires_on is not None and self.is_valid(self.expires_on)

    def covers(self, starts_on: date, *, granted: bool = False) -> bool:
        """Whether a session may start under it that day. `granted`: within dates that the unit has granted beyond the title's
        prolongation."""
        if self.last_start is not None and starts_on > self.last_start:
            return granted and (self.prolonged or self.is_valid(starts_on))
        kept = self.prolonged and self.expires_on is not None and starts_on > self.expires_on
        return self.is_valid(starts_on) or kept


def may_start(approvals: Sequence[Approved], starts_on: date, *, granted: bool = False) -> Approved | str:
    """The approval under which a session on this title may start that day, or why there is none, as a sentence.

    `granted`: the unit has granted dates beyond the title's expiry.
    """
    if not approvals:
        return "Votre centre n’a pas d’agrément pour ce titre."
    for one in approvals:
        if one.covers(starts_on, granted=granted):
            return one
    beyond = [a for a in approvals if a.covers(starts_on, granted=True)]
    if beyond:
        return expired(beyond[0].last_start)
    spans = " ; ".join(f"n° {a.number}, du {day(a.valid_from)} au {day(a.valid_to)}" for a in approvals)
    expiry = approvals[0].expires_on
    if expiry is not None and starts_on > expiry:
        return (
            f"Le titre est arrivé à échéance le {day(expiry)}, et aucun agrément de votre centre n’était valable ce jour-là "
            f"({spans}) : il n’est pas prolongé avec le titre."
        )
    return f"Aucun agrément de votre centre pour ce titre n’est valable le {day(starts_on)} ({spans})."


def expired(limit: date | None) -> str:
    """Why a session may not start after `limit`, the end of its title's prolongation."""
    assert limit
    return f"Le titre arrive à échéance : avec sa prolongation, une session peut commencer jusqu’au {day(limit)}."
