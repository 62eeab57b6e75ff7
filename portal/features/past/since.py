"""Since when, and by whom, a session has its status: « Demande de DTE envoyée le 02/03/2020 par REPRISE »."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.core.imports import TAKEN_OVER
from portal.features.past.history import Told
from portal.rules.lifecycle import Action, Status

# The steps that lead back to a status: what was done for it first stays true, and is told before them.
BACK = {Action.UNLOCK.value: "déverrouillée", Action.RECALL_DTE.value: "DTE rappelé"}


@dataclass(frozen=True)
class Since:
    """« `words` le … par … »"""

    words: str
    at: datetime
    who: str


def since(told: Sequence[Told], status: Status, stands: Since | None = None) -> tuple[Since, ...]:
    """How a session came to this status, by its history, newest first: one thing done or, after a way back, what was done first,
    and the way back. `stands`: what the session itself says, which holds where the history does not know better."""
    came = [entry for entry in told if entry.status is status]
    if came and came[0].action in BACK:
        first = next((entry for entry in came if entry.action not in BACK), None)
        back = Since(BACK[came[0].action], came[0].at, came[0].who)
        return (_since(first, status), back) if first else (back,)
    if stands:
        return (stands,)
    return (_since(came[0], status),) if came else ()


def _since(entry: Told, status: Status) -> Since:
    return Since(status.label, entry.at, TAKEN_OVER if entry.action == "imported" else entry.who)


def reached(told: Sequence[Told]) -> dict[Status, Told]:
    """When each status was reached: a way back to it reaches nothing anew."""
    return {entry.status: entry for entry in reversed(told) if entry.status and entry.action not in BACK}


def recalled(told: Sequence[Told]) -> Told | None:
    """The recall of the DTE after which the session still waits for another."""
    last = next((entry for entry in told if entry.status), None)
    return last if last and last.action == Action.RECALL_DTE else None
