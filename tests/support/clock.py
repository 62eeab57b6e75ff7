"""A clock in the test's hands."""

from datetime import datetime, timedelta

from portal.clock import Clock
from tests.support.world import World


class Handed(Clock):
    """A clock that shows what it is told to show."""

    def __init__(self, shown: datetime) -> None:
        super().__init__(shown.date())
        object.__setattr__(self, "shown", shown)

    def now(self) -> datetime:
        return self.shown  # type: ignore[attr-defined]

    def moment(self) -> datetime:
        return self.now()

    def go_on(self, by: timedelta) -> None:
        object.__setattr__(self, "shown", self.now() + by)


def at(w: World) -> Handed:
    """The clock of the portal, in the test's hands."""
    clock = Handed(w.now())
    w.app().extensions["portal_clock"] = clock
    return clock
