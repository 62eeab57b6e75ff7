"""Dates that are possible but unlikely: an act asks once more, and is told « yes » under a seal (domain.md 5)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from portal.core.days_off import holiday
from portal.core.outcomes import Doubtful
from portal.core.sealing import is_sealed, seal
from portal.rules.plausible import Doubt, Field, only_new, span
from portal.store.work import Work

PURPOSE = "dates"


def doubtful(work: Work, doubts: Sequence[Doubt], content: Mapping[str, Any], confirmed: str) -> Doubtful | None:
    """The question that must be answered first; None where there is no doubt, or this very question was answered.

    `content`: what the act is about and every date typed; another date is another question.
    """
    if not doubts or is_sealed(work, PURPOSE, content, confirmed):
        return None
    return Doubtful(doubts, seal(work, PURPOSE, content))


def doubtful_span(
    work: Work, about: str, starts: Field, ends: Field, confirmed: str, known: tuple[date | None, date | None] = (None, None)
) -> Doubtful | None:
    """The same for a start and an end. `about`: which act, on what; `known`: start and end that stand already."""
    stands = {starts[0]: known[0], ends[0]: known[1]}
    doubts = only_new(span(starts, ends, work.on.today, holiday), stands)
    return doubtful(work, doubts, {"about": about, "start": starts[1], "end": ends[1]}, confirmed)
