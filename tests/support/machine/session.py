"""What people do to the session itself."""

from datetime import date, timedelta
from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from portal.core.outcomes import Saved
from portal.core.people import Person
from portal.core.session import SessionRow
from portal.core.sheet import Typed
from portal.features.candidates import actions as candidates
from portal.features.convening.actions import set_exam_days
from portal.features.jury import seats
from portal.features.jury.queries import seated
from portal.features.postponements.actions import postpone
from portal.features.preparation.actions import Created, NewSession, create
from portal.features.requests.actions import refuse
from portal.features.results import actions as results
from portal.features.sessions.actions import Practical, advance, check_actual_end, edit_practical, set_actual_end
from portal.rules.lifecycle import ACTIVE, Action, Kind, Role
from portal.rules.outcomes import Outcome
from portal.rules.steps import STEP
from tests.support.machine.around import OnMeasures, OnRequests
from tests.support.machine.base import (
    BY_ANY,
    BY_CENTRE,
    BY_UNIT,
    DAYS,
    LAST_START,
    NUMBERS,
    PLACE,
    POSTPONABLE,
    WHOM,
    S,
    act,
    sure,
)

STEPS = (
    *(Action.REQUEST_DTE, Action.SEND_DTE, Action.CONVOKE, Action.LOCK, Action.UNLOCK),
    *(Action.RECALL_DTE, Action.CONVOKE_AGAIN),
)


class OnSession(OnMeasures, OnRequests):
    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        """A session some steps on its way, on which a measure may have come, and about which its centre may have asked."""
        self.chance = Random(seed)
        self.w.today = date(2020, 2, 1)
        title = self.chance.choice([1, 1, 2])
        start = self.w.today + timedelta(days=self.chance.randint(8, (LAST_START - self.w.today).days + 30 * (title == 1)))
        new = NewSession(title, Kind.TITLE, start, start + timedelta(days=self.chance.randint(0, 60)), PLACE, WHOM)
        made = create(self.w.as_("centre"), [new], f"machine {next(NUMBERS)}")
        assert isinstance(made, Created), made
        self.number = made.numbers[0]
        measure = self.chance.randint(0, 12)
        for step in range(self.chance.randint(0, 12)):
            if step == measure:
                self.measure()
            self.go_on()
        if self.chance.random() < 0.7:
            self.ask_something()

    @act()
    def go_on(self) -> None:
        """What a person who does her work would do next."""
        s, today = self.session(), self.w.today
        match s.status:
            case S.PREPARATION if not s.candidates:
                self.add("centre", 0, False)
            case S.PREPARATION if s.jury < 2:
                with self.w.db.reading() as conn:
                    sitting = [seat.id for seat in seated(conn, self.w.as_("centre").actor, s)]
                self.jury("centre", next(i for i, m in enumerate(self.w.members) if m not in sitting), False)
            case S.PREPARATION:
                self.step("centre", Action.REQUEST_DTE, False)
            case S.DTE_REQUESTED:
                self.step("ud94", Action.SEND_DTE, False)
            case S.DTE_SENT | S.CONVOKED if s.postponed and s.exam_starts_on is None:
                self.days("centre", max(today, s.starts_on) - s.starts_on, 2)
            case S.DTE_SENT if not s.hour:
                self.edit("centre", s.starts_on, (s.ends_on - s.starts_on).days, True)
            case S.DTE_SENT if s.exam_ends_on and s.exam_ends_on < today and s.actual_end_on is None:
                self.real_end("centre", s.exam_ends_on)
            case S.DTE_SENT:
                self.step("centre", Action.CONVOKE, False)
            case S.CONVOKED if s.unconvened:
                self.step("centre", Action.CONVOKE_AGAIN, False)
            case S.CONVOKED if s.postponed and s.actual_end_on is None:
                self.real_end("centre", s.starts_on)
            case S.CONVOKED if today < s.facts.effective_end_on:
                self.w.today = s.facts.effective_end_on
            case S.CONVOKED:
                self.enter("centre", Outcome.TITLE, True)
            case S.RESULTS if s.open_request:
                refuse(self.w.as_("ud94"), s.open_request, "motif")
            case S.RESULTS:
                self.step("ud94", Action.LOCK, False)
            case S.LOCKED:
                self.step("ud94", Action.UNLOCK, False)

    @act(days=st.integers(1, 60))
    def days_pass(self, days: int) -> None:
        self.w.today += timedelta(days=days)

    @act(who=BY_CENTRE, name=st.integers(0, 3), stale=st.booleans())
    def add(self, who: str, name: int, stale: bool) -> None:
        person = Person(f"Nom{'abcd'[name]}", "Prénom", date(1990, 1, 1))
        self.do(who, "add", lambda s: candidates.add(self.w.as_(who), s.number, s.version - stale, person), stale)

    @act(who=BY_CENTRE, which=st.integers(0, 3))
    def remove(self, who: str, which: int) -> None:
        one = self.candidate(which)
        self.do(who, "remove", lambda s: candidates.remove(self.w.as_(who), s.number, s.version, one, "motif"))

    @act(lambda s: s.status in ACTIVE, who=BY_CENTRE, which=st.integers(0, 2), off=st.booleans())
    def jury(self, who: str, which: int, off: bool) -> None:
        member = self.w.members[which]

        def act(s: SessionRow) -> object:
            if off:
                return seats.unseat(self.w.as_(who), s.number, s.version, member)
            return seats.seat(self.w.as_(who), s.number, s.version, member, although_elsewhere=True)

        self.do(who, "jury", act)

    @act(
        lambda s: s.status in ACTIVE and s.candidates and s.jury,
        who=BY_CENTRE,
        pairs=st.sets(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=3),
    )
    def links(self, who: str, pairs: set[tuple[int, int]]) -> None:
        chosen = {(self.w.members[m], self.candidate(c)) for m, c in pairs}
        self.do(who, "jury", lambda s: seats.declare_links(self.w.as_(who), s.number, s.version, chosen))

    @act(lambda s: s.status in ACTIVE, who=BY_CENTRE, start=DAYS, length=st.integers(-1, 40), keep=st.booleans())
    def edit(self, who: str, start: date, length: int, keep: bool) -> None:
        before = self.session()
        begin = before.starts_on if keep else start
        end = begin + timedelta(days=length)
        what = "practical" if (begin, end) == (before.starts_on, before.ends_on) else "edit"
        wanted = Practical(begin, end, PLACE, f"{9 + length % 3:02}:00", WHOM)
        self.do(who, what, lambda s: sure(lambda seal: edit_practical(self.w.as_(who), s.number, s.version, wanted, seal)))
        assert not before.postponed or self.session().starts_on == before.starts_on

    @act(often=4)
    def next_or_back(self) -> None:
        """A step that leads on from where the session is, or back, by whom it behoves."""
        steps = [step for step in STEPS if self.s.status in STEP[step].before]
        if steps:
            action = self.chance.choice(steps)
            self.step("centre" if STEP[action].by is Role.CENTRE else "ud94", action, False)

    @act(who=BY_ANY, action=st.sampled_from(STEPS), stale=st.sampled_from([False, False, True]))
    def step(self, who: str, action: Action, stale: bool) -> None:
        self.do(who, action.value, lambda s: advance(self.w.as_(who), s.number, s.version + 5 * stale, action, "motif"), stale)

    @act(who=BY_CENTRE, really=st.sampled_from([False, False, False, True]))
    def cancel(self, who: str, really: bool) -> None:
        reason = "motif" if really else ""
        self.do(who, "cancel", lambda s: advance(self.w.as_(who), s.number, s.version, Action.CANCEL, reason))

    @act(lambda s: s.status in POSTPONABLE, who=BY_UNIT, after=st.integers(-5, 60), length=st.integers(0, 10))
    def postpone(self, who: str, after: int, length: int) -> None:
        start = self.w.today + timedelta(days=after)
        end = start + timedelta(days=length)
        self.do(
            who, "postpone",
            lambda s: sure(lambda seal: postpone(
                self.w.as_(who), s.number, s.version, starts_on=start, ends_on=end, reason="motif", confirmed=seal)),
        )  # fmt: skip

    @act(
        lambda s: s.postponed and s.status in ACTIVE,
        who=BY_CENTRE,
        after=st.timedeltas(timedelta(-3), timedelta(120)),
        length=st.integers(-1, 50),
    )
    def days(self, who: str, after: timedelta, length: int) -> None:
        first = self.session().starts_on + after
        last = first + timedelta(days=length)
        self.do(
            who, "days",
            lambda s: sure(lambda seal: set_exam_days(
                self.w.as_(who), s.number, s.version, first=first, last=last, hour="08:30", confirmed=seal)),
        )  # fmt: skip

    @act(lambda s: s.facts.end_in_doubt, often=4, who=BY_UNIT)
    def check_end(self, who: str) -> None:
        self.do(who, "check", lambda s: check_actual_end(self.w.as_(who), s.number, s.version, "Vérifié"))

    @act(lambda s: s.postponed and s.status in ACTIVE, who=BY_CENTRE, real=DAYS)
    def real_end(self, who: str, real: date) -> None:
        self.do(who, "real", lambda s: sure(lambda seal: set_actual_end(self.w.as_(who), s.number, s.version, real, seal)))

    @act(
        lambda s: s.status is S.CONVOKED,
        who=BY_CENTRE,
        outcome=st.sampled_from([Outcome.TITLE, Outcome.FAILED, Outcome.ABSENT]),
        share=st.booleans(),
    )
    def draft(self, who: str, outcome: Outcome, share: bool) -> None:
        entries = self.entries(outcome, share)
        self.do(who, "draft", lambda s: results.save_draft(self.w.as_(who), s.number, s.version, Typed(entries, s.version)))

    @act(
        lambda s: s.status is S.CONVOKED,
        who=BY_CENTRE,
        outcome=st.sampled_from([Outcome.TITLE, Outcome.FAILED]),
        sure=st.booleans(),
    )
    def enter(self, who: str, outcome: Outcome, sure: bool) -> None:
        entries = self.entries(outcome)

        def act(s: SessionRow) -> object:
            seal = results.seal(self.w.as_(who), s, entries) if sure else ""
            outcome = results.enter_results(self.w.as_(who), s.number, s.version, Typed(entries, s.version), seal)
            assert not (isinstance(outcome, Saved) and s.postponed and not sure), "saved without the confirmation"
            return outcome

        self.do(who, "enter", act)

    @act(lambda s: s.status is S.RESULTS, who=BY_UNIT, outcome=st.sampled_from([Outcome.TITLE, Outcome.FAILED]))
    def correct(self, who: str, outcome: Outcome) -> None:
        entries = self.entries(outcome)

        def act(s: SessionRow) -> object:
            seal = results.seal(self.w.as_(who), s, entries, "correction")
            return results.correct_results(self.w.as_(who), s.number, s.version, Typed(entries, s.version), "motif", seal)

        self.do(who, "correct", act)
