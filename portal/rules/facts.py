"""What the rules look at: the few facts of a session that decide what may happen to it."""

from dataclasses import dataclass
from datetime import date

from portal.rules.lifecycle import Status


@dataclass(frozen=True)
class Facts:
    """The facts of one session.

    `postponed` is true when a measure moved its end date (« reportée automatiquement »). `jury` counts the members
    accredited for the title on the start date; `own_trainers` the candidates whom two members or more have trained.
    `moved_by` is the key of the measure that moved it last.
    """

    status: Status
    starts_on: date
    ends_on: date
    postponed: bool
    actual_end_on: date | None
    candidates: int
    jury: int
    own_trainers: int
    department: str
    title: str
    moved_by: str

    @property
    def effective_end_on(self) -> date:
        """The day from which results may be entered: the real end date when there is one."""
        return self.actual_end_on or self.ends_on
