"""A session as one page or one action needs it."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.rules.facts import Facts
from portal.rules.lifecycle import Kind, Role, Status
from portal.rules.measure_files import words_of_case
from portal.rules.minutes import Minutes
from portal.rules.rights import Person
from portal.rules.titles import last_start


@dataclass(frozen=True)
class SessionRow:
    """A session as one page or one action needs it, read in one query."""

    number: int
    centre_id: int
    centre_name: str
    siret: str
    department_code: str
    unit: str
    unit_name: str
    unit_email: str | None
    unit_phone: str
    title_id: int
    title_code: str
    title_label: str
    decree_on: date | None
    expires_on: date | None
    extension_months: int
    kind: Kind
    starts_on: date
    ends_on: date
    place: str
    session_manager: str
    status: Status
    status_at: datetime
    status_by: str
    actual_end_on: date | None
    postponed_run_id: int | None
    postponed_case: str | None
    measure_key: str | None
    measure_label: str | None
    measure_text: str | None
    planned_end_on: date | None
    results_saved_by: int | None
    approval_id: int | None
    version: int
    exam_starts_on: date | None
    exam_ends_on: date | None
    hour: str
    convocation: int
    actual_end_checked: bool
    people_erased_at: datetime | None
    candidates: int
    unconvened: int
    jury: int
    own_trainers: int
    open_request: int | None  # the number of the request that waits for the unit's answer
    minutes: Minutes

    @property
    def postponed(self) -> bool:
        """Whether a measure moved its end date: « reportée automatiquement »."""
        return self.postponed_run_id is not None

    @property
    def case_words(self) -> str:
        """The case that moved the session, in the words of the measure."""
        return words_of_case(self.measure_text or "", self.postponed_case or "")

    @property
    def facts(self) -> Facts:
        """What the rules look at."""
        return Facts(
            self.status,
            self.starts_on,
            self.ends_on,
            self.postponed,
            self.planned_end_on,
            self.actual_end_on,
            self.actual_end_checked,
            self.exam_starts_on,
            self.exam_ends_on,
            self.hour,
            self.place,
            self.session_manager,
            self.candidates,
            self.unconvened,
            self.jury,
            self.own_trainers,
            self.department_code,
            self.title_code,
            self.measure_key or "",
            self.open_request,
            self.people_erased_at is not None,
            self.minutes,
        )

    @property
    def exam_end_on(self) -> date:
        """The last day of the exam as far as it is known, whatever end date a measure has set."""
        return self.actual_end_on or self.exam_ends_on or self.planned_end_on or self.ends_on

    @property
    def last_start(self) -> date | None:
        """The last day on which a session of its title may start; None where the title has no expiry."""
        return last_start(self.expires_on, self.extension_months)

    def person(self, role: Role) -> Person:
        """The actor of this role as the rules see it on this session."""
        return Person(role, self.unit)
