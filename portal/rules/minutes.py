"""The signed minutes of a session (procès-verbal, domain.md 8a): where they stand, and until when they are awaited."""

from datetime import date, timedelta
from enum import StrEnum

from portal.rules.french import day

MINUTES_DAYS = 15  # after the (real) end; from the next day on they are late


class Minutes(StrEnum):
    """Where they stand. Of a session that was taken over with its results they are kept where it was held: none are awaited."""

    AWAITED = "attendu"
    ELSEWHERE = "ailleurs"
    DEPOSITED = "depose"
    VERIFIED = "verifie"
    REFUSED = "refuse"

    @property
    def label(self) -> str:
        """What it is called on the screen."""
        return LABELS[self]


M = Minutes
LABELS = {
    M.AWAITED: "attendu",
    M.ELSEWHERE: "gardé ailleurs",
    M.DEPOSITED: "déposé, à vérifier",
    M.VERIFIED: "PV vérifié",
    M.REFUSED: "PV refusé",
}
KEPT = (M.DEPOSITED, M.VERIFIED, M.REFUSED)  # a paper is there
DUE = (M.AWAITED, M.REFUSED)  # the centre owes one
UNVERIFIED = (M.AWAITED, M.DEPOSITED, M.REFUSED)  # the unit locks with a reason alone


def due_on(end: date) -> date:
    """The last day on which they are deposited in time; `end`: the (real) end of the session."""
    return end + timedelta(days=MINUTES_DAYS)


def lateness(end: date, today: date) -> str:
    """« PV en retard depuis le 28/06/2020 : c’est au centre de le déposer »; empty while they are in time."""
    since = due_on(end) + timedelta(days=1)
    return f"PV en retard depuis le {day(since)} : c’est au centre de le déposer" if today >= since else ""
