"""When a person proves itself a second time: for how long a proof holds, and of whom one is required."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.rules.duties import Duty, may_do
from portal.rules.lifecycle import Role

TO_GIVE = timedelta(minutes=5)  # from the right password to the code
APART = timedelta(minutes=62)  # a clock that was set back an hour, and two nodes that are a minute apart
HOLDS = timedelta(minutes=10)  # from a proof to the next dangerous act


@dataclass(frozen=True)
class Proof:
    """What a sign-in has proved. `own`: its person has a second factor here; `elsewhere`: it was given to the identity
    provider; `at`: when it was last given."""

    own: bool = False
    elsewhere: bool = False
    at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether a dangerous act may follow without another proof."""
        return self.at is not None and within(HOLDS, self.at, now)

    def is_due(self, now: datetime) -> bool:
        """Whether it is asked for again before a dangerous act; never of who has none."""
        return (self.own or self.elsewhere) and not self.holds(now)


def within(time: timedelta, since: datetime, now: datetime) -> bool:
    """Whether no more than this time has passed. What seems to come is taken for now: another node's clock may be ahead of ours, or
    ours was set back; beyond `APART` it is no proof."""
    return -APART <= now - since <= time


def is_required(role: Role, demo: bool) -> bool:
    """Whether a person of this role must have a second factor; nobody must in the demonstration."""
    return not demo and may_do(role, Duty.PROVE_TWICE).ok
