"""Random actions by random people on one session: after every step no rule of the domain is broken, the status is what the
history says, and the audit trail verifies. On both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import count

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from portal.clock import PARIS
from portal.core.outcomes import NotThere, Saved
from portal.core.people import Person
from portal.core.session import SessionRow
from portal.core.sheet import Typed, load
from portal.features.candidates import actions as candidates
from portal.features.jury import seats
from portal.features.jury.queries import seated
from portal.features.measures.actions import Applied, NothingToChange, apply, revert
from portal.features.measures.catalogue import find as find_measure
from portal.features.measures.verify import verify
from portal.features.past.history import history
from portal.features.postponements.actions import postpone
from portal.features.preparation.actions import Created, NewSession, create
from portal.features.results import actions as results
from portal.features.sessions.actions import Practical, advance, edit_practical, set_actual_end
from portal.rules.lifecycle import ACTIVE, Action, Kind, Status
from portal.rules.outcomes import Outcome
from portal.store.database import Database
from portal.store.work import Work
from tests.support.world import PEOPLE, World

S = Status
DAYS = st.dates(date(2020, 2, 1), date(2020, 9, 30))
WHO = st.sampled_from(sorted(PEOPLE))
MOSTLY_OWN = st.sampled_from(["centre", "centre", "centre", "ud94", "ud94", "other", "region", "national", "ud75"])
NUMBERS = count(1)


class Ticking(World):
    """A world whose clock moves on by a second at each look, so that the history has an order."""

    seconds = 0

    def as_(self, who: str) -> Work:
        if who not in self.people:
            self.people[who] = super().as_(who)
        return replace(self.people[who], on=replace(self.people[who].on, now=self.now(), today=self.today))

    def now(self) -> datetime:
        self.seconds += 1
        return datetime.combine(self.today, time(6), PARIS) + timedelta(seconds=self.seconds)


def allowed(who: str, what: str, s: SessionRow, today: date) -> bool:
    """domain.md 5, written a second time, for the first centre's session."""
    ended = today >= (s.actual_end_on or s.ends_on)
    ready = s.candidates > 0 and s.jury >= 2 and s.own_trainers == 0
    table: dict[tuple[str, str], bool] = {
        ("centre", "edit"): s.status is S.PREPARATION,
        ("centre", "add"): s.status in ACTIVE,
        ("centre", "remove"): s.status in (S.PREPARATION, S.DTE_REQUESTED, S.DTE_SENT),
        ("centre", "jury"): s.status in ACTIVE,
        ("centre", "request_dte"): s.status is S.PREPARATION and ready,
        ("centre", "convoke"): s.status is S.DTE_SENT and s.candidates > 0,
        ("centre", "cancel"): s.status in ACTIVE,
        ("centre", "real"): s.postponed and s.status in ACTIVE,
        ("centre", "draft"): s.status is S.CONVOKED and ended and (not s.postponed or s.actual_end_on is not None),
        ("centre", "enter"): s.status is S.CONVOKED and ended and (not s.postponed or s.actual_end_on is not None),
        ("ud94", "send_dte"): s.status is S.DTE_REQUESTED,
        ("ud94", "postpone"): s.status in (S.PREPARATION, S.DTE_REQUESTED, S.CONVOKED) and today < s.starts_on,
        ("ud94", "correct"): s.status is S.RESULTS,
        ("ud94", "lock"): s.status is S.RESULTS,
        ("ud94", "unlock"): s.status is S.LOCKED,
    }
    return table.get((who, what), False)


def machine(w: Ticking, members: list[int]) -> type[RuleBasedStateMachine]:
    class Life(RuleBasedStateMachine):
        number = 0
        run: int | None = None

        @initialize(start=st.dates(date(2020, 2, 1), date(2020, 7, 1)), length=st.integers(0, 60), depth=st.integers(0, 10))
        def begin(self, start: date, length: int, depth: int) -> None:
            w.today = date(2020, 2, 1)
            new = NewSession(1, Kind.TITLE, start, start + timedelta(days=length), "Créteil", "Roux")
            made = create(w.as_("centre"), [new], f"machine {next(NUMBERS)}")
            assert isinstance(made, Created)
            self.number = made.numbers[0]
            for _ in range(depth):
                self.go_on()

        @rule()
        def go_on(self) -> None:
            """What a person who does her work would do next."""
            s = w.get(self.number)
            match s.status:
                case S.PREPARATION if not s.candidates:
                    self.add("centre", 0, False)
                case S.PREPARATION if s.jury < 2:
                    with w.db.reading() as conn:
                        sitting = [seat.id for seat in seated(conn, w.as_("centre").actor, s)]
                    self.jury("centre", next(i for i, m in enumerate(members) if m not in sitting), False)
                case S.PREPARATION:
                    self.step("centre", Action.REQUEST_DTE, False)
                case S.DTE_REQUESTED:
                    self.step("ud94", Action.SEND_DTE, False)
                case S.DTE_SENT:
                    self.step("centre", Action.CONVOKE, False)
                case S.CONVOKED if s.postponed and s.actual_end_on is None:
                    self.real_end("centre", s.starts_on)
                case S.CONVOKED if w.today < s.facts.effective_end_on:
                    w.today = s.facts.effective_end_on
                case S.CONVOKED:
                    self.enter("centre", Outcome.TITLE, True)
                case S.RESULTS:
                    self.step("ud94", Action.LOCK, False)
                case S.LOCKED:
                    self.step("ud94", Action.UNLOCK, False)

        def do(self, who: str, what: str, act: Callable[[SessionRow], object], stale: bool = False) -> None:
            """Whatever is done must have been allowed; whatever is not leaves the session as it was."""
            before = w.get(self.number)
            try:
                outcome = act(before)
            except NotThere as not_there:
                outcome = not_there
            after = w.get(self.number)
            if isinstance(outcome, Saved):
                assert allowed(who, what, before, w.today), (who, what, before)
                assert not stale and after.version == before.version + 1
            else:
                assert after == before, (who, what, outcome)

        @rule(day=DAYS)
        def a_day_comes(self, day: date) -> None:
            w.today = max(w.today, day)

        @rule(who=MOSTLY_OWN, name=st.integers(0, 3), stale=st.booleans())
        def add(self, who: str, name: int, stale: bool) -> None:
            person = Person(f"Nom{'abcd'[name]}", "Prénom", date(1990, 1, 1))
            self.do(who, "add", lambda s: candidates.add(w.as_(who), s.number, s.version - stale, person), stale)

        @rule(who=MOSTLY_OWN, which=st.integers(0, 3))
        def remove(self, who: str, which: int) -> None:
            self.do(who, "remove", lambda s: candidates.remove(w.as_(who), s.number, s.version, self._candidate(which)))

        @rule(who=MOSTLY_OWN, which=st.integers(0, 2), off=st.booleans())
        def jury(self, who: str, which: int, off: bool) -> None:
            if off:
                self.do(who, "jury", lambda s: seats.unseat(w.as_(who), s.number, s.version, members[which]))
            else:
                self.do(
                    who, "jury", lambda s: seats.seat(w.as_(who), s.number, s.version, members[which], although_elsewhere=True)
                )

        @rule(who=MOSTLY_OWN, pairs=st.sets(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=3))
        def links(self, who: str, pairs: set[tuple[int, int]]) -> None:
            chosen = {(members[m], self._candidate(c)) for m, c in pairs}
            self.do(who, "jury", lambda s: seats.declare_links(w.as_(who), s.number, s.version, chosen))

        @rule(who=MOSTLY_OWN, start=DAYS, length=st.integers(-1, 40), keep=st.booleans())
        def edit(self, who: str, start: date, length: int, keep: bool) -> None:
            before = w.get(self.number)
            begin = before.starts_on if keep else start
            end = begin + timedelta(days=length)
            self.do(
                who, "edit",
                lambda s: edit_practical(w.as_(who), s.number, s.version, Practical(begin, end, "x", "09:00", "y")),
            )  # fmt: skip
            assert not before.postponed or w.get(self.number).starts_on == before.starts_on

        @rule(
            who=MOSTLY_OWN,
            action=st.sampled_from(
                [Action.REQUEST_DTE, Action.SEND_DTE, Action.CONVOKE, Action.LOCK, Action.UNLOCK, Action.CONVOKE, Action.SEND_DTE]
            ),
            stale=st.sampled_from([False, False, True]),
        )
        def step(self, who: str, action: Action, stale: bool) -> None:
            self.do(who, action.value, lambda s: advance(w.as_(who), s.number, s.version + 5 * stale, action, "motif"), stale)

        @rule(who=WHO, really=st.sampled_from([False, False, False, True]))
        def cancel(self, who: str, really: bool) -> None:
            self.do(who, "cancel", lambda s: advance(w.as_(who), s.number, s.version, Action.CANCEL, "motif" if really else ""))

        @rule(who=MOSTLY_OWN, start=DAYS, length=st.integers(0, 10))
        def postpone(self, who: str, start: date, length: int) -> None:
            end = start + timedelta(days=length)
            self.do(
                who, "postpone",
                lambda s: postpone(w.as_(who), s.number, s.version, starts_on=start, ends_on=end, reason="motif"),
            )  # fmt: skip

        @rule(who=MOSTLY_OWN, real=DAYS)
        def real_end(self, who: str, real: date) -> None:
            self.do(who, "real", lambda s: set_actual_end(w.as_(who), s.number, s.version, real))

        @rule(who=MOSTLY_OWN, outcome=st.sampled_from([Outcome.TITLE, Outcome.FAILED, Outcome.ABSENT]), share=st.booleans())
        def draft(self, who: str, outcome: Outcome, share: bool) -> None:
            entries = self._entries(outcome, share)
            self.do(who, "draft", lambda s: results.save_draft(w.as_(who), s.number, s.version, Typed(entries, s.version)))

        @rule(who=MOSTLY_OWN, outcome=st.sampled_from([Outcome.TITLE, Outcome.FAILED]), sure=st.booleans())
        def enter(self, who: str, outcome: Outcome, sure: bool) -> None:
            entries = self._entries(outcome, True)

            def act(s: SessionRow) -> object:
                seal = results.seal(w.as_(who), s, entries) if sure else ""
                outcome = results.enter_results(w.as_(who), s.number, s.version, Typed(entries, s.version), seal)
                assert not (isinstance(outcome, Saved) and s.postponed and not sure), "saved without the confirmation"
                return outcome

            self.do(who, "enter", act)

        @rule(who=MOSTLY_OWN, outcome=st.sampled_from([Outcome.TITLE, Outcome.FAILED]))
        def correct(self, who: str, outcome: Outcome) -> None:
            entries = self._entries(outcome, True)

            def act(s: SessionRow) -> object:
                seal = results.seal(w.as_(who), s, entries, "correction")
                return results.correct_results(w.as_(who), s.number, s.version, Typed(entries, s.version), "motif", seal)

            self.do(who, "correct", act)

        @rule()
        def measure(self) -> None:
            done = apply(w.as_("national"), *find_measure("confinement-2020"))
            if isinstance(done, NothingToChange):
                return
            assert isinstance(done, Applied)
            self.run = done.run_id

        @precondition(lambda self: self.run is not None)
        @rule()
        def take_back(self) -> None:
            assert self.run
            revert(w.as_("national"), self.run)
            self.run = None

        def _candidate(self, which: int) -> int:
            with w.db.reading() as conn:
                people = load(conn, w.get(self.number)).candidates
            return people[which].id if which < len(people) else 999_999

        def _entries(self, outcome: Outcome, whole: bool) -> dict[int, dict[int | None, Outcome]]:
            with w.db.reading() as conn:
                people = load(conn, w.get(self.number)).candidates
            return {c.id: {None: outcome} for c in (people if whole else people[:1])}

        @invariant()
        def no_rule_is_broken(self) -> None:
            if not self.number:
                return
            s = w.get(self.number)
            with w.db.reading() as conn:
                sheet = load(conn, s)
                told = history(conn, self.number)
            saved = s.status in (S.RESULTS, S.LOCKED)
            assert s.starts_on <= s.ends_on and (s.actual_end_on is None or s.actual_end_on >= s.starts_on)
            if saved:
                assert sheet.definitive and not sheet.problems(sheet.stored)
                assert not s.postponed or s.actual_end_on is not None
            else:
                assert not sheet.definitive
            if s.status in (S.DTE_REQUESTED, S.DTE_SENT, S.CONVOKED, S.RESULTS, S.LOCKED):
                assert s.jury >= 2 and s.own_trainers == 0
            assert s.status is next(entry.status for entry in told if entry.status), "the status is what the history says"

        @invariant()
        def the_audit_verifies(self) -> None:
            with w.db.snapshot() as conn:
                assert verify(conn, w.db.audit_key).broken is None

    return Life


def test_random_actions_by_random_people_break_no_rule(db: Database) -> None:
    w = Ticking(db, date(2020, 2, 1))
    w.approve()
    members = [w.juror(name) for name in ("Un", "Deux", "Trois")]
    run_state_machine_as_test(
        machine(w, members),
        settings=settings(
            max_examples=40,
            stateful_step_count=15,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
