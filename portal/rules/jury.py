"""Who may sit on a jury: an accreditation for the title on the start date; and what is said when that is not so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.rules.french import day


@dataclass(frozen=True)
class Span:
    """An accreditation for one title, from a day to a day, both included."""

    valid_from: date
    valid_to: date


def why_not(spans: Sequence[Span], starts_on: date) -> str | None:
    """Why a member with these accreditations for the title may not sit that day, as a sentence; None when it may."""
    if any(s.valid_from <= starts_on <= s.valid_to for s in spans):
        return None
    if not spans:
        return "Pas d’habilitation pour ce titre."
    known = ", puis ".join(
        f"du {day(s.valid_from)} au {day(s.valid_to)}" for s in sorted(spans, key=lambda s: (s.valid_from, s.valid_to))
    )
    return f"Habilitation {known} : elle ne couvre pas le {day(starts_on)}, date de début."
