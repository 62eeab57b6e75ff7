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


def why_not(spans: Sequence[Span], first: date, last: date) -> str | None:
    """Why a member with these accreditations for the title may not sit on any of these days, as a sentence; None when it may.

    The two are the first day of the exam, twice; or, while a moved session has none, the whole time in which it may be.
    """
    if any(s.valid_from <= last and s.valid_to >= first for s in spans):
        return None
    if not spans:
        return "Pas d’habilitation pour ce titre."
    known = ", puis ".join(
        f"du {day(s.valid_from)} au {day(s.valid_to)}" for s in sorted(spans, key=lambda s: (s.valid_from, s.valid_to))
    )
    when = f"le {day(first)}, premier jour de l’examen" if first == last else f"la session, du {day(first)} au {day(last)}"
    return f"Habilitation {known} : elle ne couvre pas {when}."
