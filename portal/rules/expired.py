"""A session on an expired title whose prolongation also ran out during the state of health emergency (domain.md 7)."""

from dataclasses import dataclass
from datetime import date

from portal.rules.french import day
from portal.rules.titles import last_start

EMERGENCY_FROM, EMERGENCY_TO = date(2020, 3, 24), date(2020, 7, 10)


@dataclass(frozen=True)
class Expiry:
    """The dates that decide, shown to the centre and to the unit alike."""

    expires_on: date | None
    last_start: date | None

    @property
    def in_emergency(self) -> bool:
        """Whether the prolongation ended during the state of health emergency, both ends included."""
        return self.last_start is not None and EMERGENCY_FROM <= self.last_start <= EMERGENCY_TO


def expiry(expires_on: date | None, extension_months: int) -> Expiry:
    """The dates of a title that decide, from its expiry and its prolongation in months."""
    return Expiry(expires_on, last_start(expires_on, extension_months))


@dataclass(frozen=True)
class Granted:
    """Dates that a unit has granted: a session lies within them, both ends included."""

    request_id: int
    starts_on: date
    ends_on: date

    def covers(self, starts_on: date, ends_on: date) -> bool:
        """Whether a session on these dates lies within what was granted."""
        return self.starts_on <= starts_on and ends_on <= self.ends_on


def why_not_ask(found: Expiry, wanted_start: date, today: date) -> str | None:
    """Why this request cannot be made, as a sentence; None when the unit may decide."""
    if found.last_start is None:
        return "Ce titre n’a pas de date d’échéance : créez la session comme d’habitude."
    if wanted_start < today:
        return f"Une session ne peut pas commencer dans le passé : nous sommes le {day(today)}."
    if wanted_start <= found.last_start:
        return f"Le titre permet encore une session jusqu’au {day(found.last_start)} : créez-la comme d’habitude."
    if not found.in_emergency:
        return (
            f"La prolongation de ce titre a pris fin le {day(found.last_start)}, hors de l’état d’urgence sanitaire "
            f"(du {day(EMERGENCY_FROM)} au {day(EMERGENCY_TO)}) : cette demande n’est pas ouverte."
        )
    return None
