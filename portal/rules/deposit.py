"""The deposit of certifications with the Caisse des Dépôts (domain.md 8c): what of a title is to be sent, and what becomes of it.

A title that was obtained is a line of one batch at a time: it is sent, then accepted or rejected by the report; what is rejected
goes with the next batch, until it is accepted.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What has become of a line."""

    SENT = "envoyee"
    ACCEPTED = "acceptee"
    REJECTED = "rejetee"
    LOST = "perdue"
    WITHDRAWN = "retiree"

    @property
    def label(self) -> str:
        """What it is called on the screen."""
        return LABELS[self]


LABELS = {
    State.SENT: "Envoyée, en attente du rapport",
    State.ACCEPTED: "Acceptée",
    State.REJECTED: "Rejetée",
    State.LOST: "Non parvenue",
    State.WITHDRAWN: "Retirée",
}


class As(StrEnum):
    """As what a line is sent."""

    NEW = "nouvelle"
    CORRECTION = "correction"


class Due(StrEnum):
    """What is to be done about a title."""

    NEW = "nouvelle"
    CORRECTION = "correction"
    INCOMPLETE = "incomplete"  # something is missing: the next batch takes it, if it is given by then
    WITHDRAW = "a_retirer"  # it was accepted, and is not obtained any more: no flow says so
    NOTHING = "rien"


@dataclass(frozen=True)
class Last:
    """The last line of a title: as what it was sent, and what has become of it."""

    sent_as: As
    state: State

    @property
    def known(self) -> bool:
        """Whether the Caisse des Dépôts has accepted this title, now or before."""
        return self.state is State.ACCEPTED or (self.sent_as is As.CORRECTION and self.state is not State.WITHDRAWN)


def due(*, obtained: bool, last: Last | None, changed: bool, complete: bool) -> Due:
    """What is to be done about the title of one candidate, of a locked session with definitive results. `changed`: what is to be
    sent is not what was accepted; `complete`: nothing that the deposit asks is missing."""
    if last and last.state is State.SENT:
        return Due.NOTHING
    known = last is not None and last.known
    if not obtained:
        return Due.WITHDRAW if known else Due.NOTHING
    if last and last.state is State.ACCEPTED and not changed:
        return Due.NOTHING
    if not complete:
        return Due.INCOMPLETE
    return Due.CORRECTION if known else Due.NEW
