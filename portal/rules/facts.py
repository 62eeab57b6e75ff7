"""What the rules look at: the few facts of a session that decide what may happen to it."""

from dataclasses import dataclass
from datetime import date

from portal.rules.lifecycle import Status
from portal.rules.minutes import Minutes, due_on

# The lockdown of 2020 (domain.md 4), both days included: the centres were closed. Law of the past, not a setting: décret n° 2020-260
# of 16 March 2020, until 11 May (décret n° 2020-548); the newsletter counts both days in.
LOCKDOWN = (date(2020, 3, 17), date(2020, 5, 11))


@dataclass(frozen=True)
class Facts:
    """The facts of one session.

    `postponed` is true when a measure moved its end date (« reportée automatiquement »); `planned_end_on` is then the end
    before it, `moved_by` the key of the measure. `open_request`: the number of the
    request that waits for the unit. `exam_starts_on` and `exam_ends_on`: the days of the exam that the centre of
    such a session has stated; a session that no measure moved is examined from its start to its end. `hour`: of the
    convocation, « 08:30 ». `unconvened` counts the candidates who hold no convocation that still stands. `actual_end_checked`: the unit has looked at a real end
    date that lies past the postponed one. `jury` counts the
    members accredited for the title on the first day; `own_trainers` the candidates whom two members or more have trained.
    `erased`: what was kept of its people is past its time (`rules.retention`), and gone. `minutes`: where the signed minutes stand.
    """

    status: Status
    starts_on: date
    ends_on: date
    postponed: bool
    planned_end_on: date | None
    actual_end_on: date | None
    actual_end_checked: bool
    exam_starts_on: date | None
    exam_ends_on: date | None
    hour: str
    place: str
    manager: str
    candidates: int
    unconvened: int
    jury: int
    own_trainers: int
    department: str
    title: str
    moved_by: str
    open_request: int | None
    erased: bool
    minutes: Minutes

    @property
    def effective_end_on(self) -> date:
        """The day from which results may be entered: the real end date when there is one."""
        return self.actual_end_on or self.ends_on

    @property
    def minutes_due_on(self) -> date:
        """The last day on which the signed minutes are deposited in time."""
        return due_on(self.effective_end_on)

    @property
    def ended_in_lockdown(self) -> bool:
        """The exam is said to have ended while the centres were closed."""
        return self.actual_end_on is not None and LOCKDOWN[0] <= self.actual_end_on <= LOCKDOWN[1]

    @property
    def end_in_doubt(self) -> bool:
        """The real end date lies past the postponed one, or within the lockdown, and the unit has not looked at it."""
        late = self.actual_end_on is not None and self.actual_end_on > self.ends_on
        return (late or self.ended_in_lockdown) and not self.actual_end_checked

    @property
    def first_day(self) -> date | None:
        """The first day of the exam; None while the centre of a moved session has not stated it."""
        return self.exam_starts_on if self.postponed else self.starts_on

    @property
    def accredited_between(self) -> tuple[date, date]:
        """A member of the jury is accredited on one of these days: the first day of the exam; while a moved session has none, any
        day on which it may still be."""
        return (self.first_day, self.first_day) if self.first_day else (self.starts_on, self.ends_on)

    @property
    def last_day(self) -> date | None:
        """The last day of the exam; None while the centre of a moved session has not stated it."""
        return self.exam_ends_on if self.postponed else self.ends_on

    @property
    def believed_last_day(self) -> date:
        """The last day as far as anybody knows: stated, or planned before a measure moved the end."""
        return self.exam_ends_on or self.planned_end_on or self.ends_on
