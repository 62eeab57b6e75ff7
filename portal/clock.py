"""What day it is: in Europe/Paris, or the demonstration's day."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Clock:
    """`fixed_day` is the day on which the demonstration lives; the time of day stays the real one."""

    fixed_day: date | None = None

    def now(self) -> datetime:
        real = datetime.now(PARIS)
        if self.fixed_day is None:
            return real
        return datetime.combine(self.fixed_day, real.time(), PARIS)

    def moment(self) -> datetime:
        """The real moment, in the demonstration too: what the clock of a telephone says."""
        return datetime.now(PARIS)

    def today(self) -> date:
        return self.now().date()
