"""Dates that are possible but unlikely: an act asks once more, and is told « yes » under a seal (domain.md 5)."""

from collections.abc import Mapping, Sequence
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
    work: Work, about: str, starts: Field, ends: Field, confirmed: str, known: Sequence[object] = ()
) -> Doubtful | None:
    """The same for a start and an end. `about`: which act, on what; `known`: dates that stand already and are not asked about."""
    doubts = only_new(span(starts, ends, work.on.today, holiday), *known)
    return doubtful(work, doubts, {"about": about, "start": starts[1], "end": ends[1]}, confirmed)
