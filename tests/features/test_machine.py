"""Random actions by random people on one session: after every step no rule of the domain is broken, the status is what the
history says, and the audit trail verifies. On both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from html import unescape
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from werkzeug.test import TestResponse

from portal.clock import PARIS, Clock
from portal.core.outcomes import Doubtful, NotThere, Saved
from portal.core.people import Person
from portal.core.session import SessionRow
from portal.core.sheet import Typed, load
from portal.features.accounts import queries as account_queries
from portal.features.accounts import routes as accounts
from portal.features.candidates import actions as candidates
from portal.features.convening.actions import set_exam_days
from portal.features.jury import seats
from portal.features.jury.queries import seated
from portal.features.measures.actions import Applied, NothingToChange, apply, revert
from portal.features.measures.catalogue import find as find_measure
from portal.features.past.history import history
from portal.features.postponements.actions import postpone
from portal.features.preparation.actions import Created, NewSession, create
from portal.features.requests.actions import accept, refuse
from portal.features.requests.asking import Made, ask_postponement
from portal.features.results import actions as results
from portal.features.sessions.actions import Practical, advance, check_actual_end, edit_practical, set_actual_end
from portal.features.standing.checking import verify
from portal.rules.lifecycle import ACTIVE, Action, Kind, Role, Status
from portal.rules.outcomes import Outcome
from portal.rules.rights import Allowed, may, missing
from portal.rules.steps import STEP
from portal.rules.todo import next_step
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


PLACE, WHOM = "12 rue des Écoles, 94000 Créteil", "C. Roux, 01 00 00 00 00"


def allowed(who: str, what: str, s: SessionRow, today: date) -> bool:
    """domain.md 5, written a second time, for the first centre's session."""
    ended = today >= (s.actual_end_on or s.ends_on)
    ready = s.candidates > 0 and s.jury >= 2 and s.own_trainers == 0
    dated = not s.postponed or s.exam_starts_on is not None
    to_come = not s.postponed or s.exam_ends_on is None or today <= s.exam_ends_on or s.actual_end_on is not None
    printable = s.candidates > 0 and dated and to_come and (s.hour != "", s.place, s.session_manager) == (True, PLACE, WHOM)
    closed = s.actual_end_on is not None and date(2020, 3, 17) <= s.actual_end_on <= date(2020, 5, 11)
    table: dict[tuple[str, str], bool] = {
        ("centre", "edit"): s.status is S.PREPARATION,
        ("centre", "add"): s.status in ACTIVE,
        ("centre", "remove"): s.status in ACTIVE and (s.status is not S.CONVOKED or s.candidates > 1),
        ("centre", "practical"): s.status in ACTIVE,
        ("centre", "days"): s.postponed and s.status in ACTIVE,
        ("centre", "ask"): s.status in (S.PREPARATION, S.DTE_REQUESTED, S.CONVOKED) and today < s.starts_on,
        ("ud94", "accept"): s.status in (S.PREPARATION, S.DTE_REQUESTED, S.CONVOKED) and today < s.starts_on,
        ("ud94", "recall_dte"): s.status is S.DTE_SENT,
        ("ud94", "check"): s.postponed and s.actual_end_on is not None and (s.actual_end_on > s.ends_on or closed),
        ("centre", "convoke_again"): s.status is S.CONVOKED and printable and s.unconvened > 0,
        ("centre", "jury"): s.status in ACTIVE,
        ("centre", "request_dte"): s.status is S.PREPARATION and ready,
        ("centre", "convoke"): s.status is S.DTE_SENT and printable,
        ("centre", "cancel"): s.status in ACTIVE,
        ("centre", "real"): s.postponed and s.status in ACTIVE,
        ("centre", "draft"): s.status is S.CONVOKED and ended and (not s.postponed or s.actual_end_on is not None),
        ("centre", "enter"): s.status is S.CONVOKED and ended and (not s.postponed or s.actual_end_on is not None),
        ("ud94", "send_dte"): s.status is S.DTE_REQUESTED,
        ("ud94", "postpone"): s.status in (S.PREPARATION, S.DTE_REQUESTED, S.CONVOKED) and today < s.starts_on,
        ("ud94", "correct"): s.status is S.RESULTS,
        ("ud94", "lock"): s.status is S.RESULTS and s.open_request is None,
        ("ud94", "unlock"): s.status is S.LOCKED,
    }
    return table.get((who, what), False)


def sure(act: Callable[[str], object]) -> object:
    """An act in which somebody types a date: what is unlikely about it is asked, and answered « Oui »."""
    outcome = act("")
    return act(outcome.seal) if isinstance(outcome, Doubtful) else outcome


READERS = ("centre", "ud94", "region", "national")


class Readers:
    """Who looks at the session's pages, whatever has happened to it."""

    def __init__(self, w: Ticking) -> None:
        self.w = w
        self.browsers = {who: w.browser(who) for who in READERS}

    def read(self, who: str, path: str) -> TestResponse:
        self.w.app().extensions["portal_clock"] = Clock(self.w.today)
        return self.browsers[who].get(path)


def machine(w: Ticking, members: list[int], readers: Readers) -> type[RuleBasedStateMachine]:
    class Life(RuleBasedStateMachine):
        number = 0
        run: int | None = None

        @initialize(start=st.dates(date(2020, 2, 1), date(2020, 7, 1)), length=st.integers(0, 60), depth=st.integers(0, 10))
        def begin(self, start: date, length: int, depth: int) -> None:
            w.today = date(2020, 2, 1)
            new = NewSession(1, Kind.TITLE, start, start + timedelta(days=length), PLACE, WHOM)
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
                case S.DTE_SENT | S.CONVOKED if s.postponed and s.exam_starts_on is None:
                    self.days("centre", max(w.today, s.starts_on) - s.starts_on, 2)
                case S.DTE_SENT if not s.hour:
                    self.edit("centre", s.starts_on, (s.ends_on - s.starts_on).days, True)
                case S.DTE_SENT if s.exam_ends_on and s.exam_ends_on < w.today and s.actual_end_on is None:
                    self.real_end("centre", s.exam_ends_on)
                case S.DTE_SENT:
                    self.step("centre", Action.CONVOKE, False)
                case S.CONVOKED if s.unconvened:
                    self.step("centre", Action.CONVOKE_AGAIN, False)
                case S.CONVOKED if s.postponed and s.actual_end_on is None:
                    self.real_end("centre", s.starts_on)
                case S.CONVOKED if w.today < s.facts.effective_end_on:
                    w.today = s.facts.effective_end_on
                case S.CONVOKED:
                    self.enter("centre", Outcome.TITLE, True)
                case S.RESULTS if s.open_request:
                    refuse(w.as_("ud94"), s.open_request, "motif")
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
            self.do(who, "remove", lambda s: candidates.remove(w.as_(who), s.number, s.version, self._candidate(which), "motif"))

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
            what = "practical" if (begin, end) == (before.starts_on, before.ends_on) else "edit"
            wanted = Practical(begin, end, PLACE, f"{9 + length % 3:02}:00", WHOM)
            self.do(who, what, lambda s: sure(lambda seal: edit_practical(w.as_(who), s.number, s.version, wanted, seal)))
            assert not before.postponed or w.get(self.number).starts_on == before.starts_on

        @rule(
            who=MOSTLY_OWN,
            action=st.sampled_from(
                [
                    *(Action.REQUEST_DTE, Action.SEND_DTE, Action.CONVOKE, Action.LOCK, Action.UNLOCK, Action.CONVOKE),
                    *(Action.SEND_DTE, Action.RECALL_DTE, Action.CONVOKE_AGAIN),
                ]
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
                lambda s: sure(lambda seal: postpone(
                    w.as_(who), s.number, s.version, starts_on=start, ends_on=end, reason="motif", confirmed=seal)),
            )  # fmt: skip

        @rule(who=MOSTLY_OWN, start=DAYS, length=st.integers(0, 10))
        def ask(self, who: str, start: date, length: int) -> None:
            before, key = w.get(self.number), f"machine {next(NUMBERS)}"
            days = {"starts_on": start, "ends_on": start + timedelta(days=length)}
            try:
                made = sure(lambda seal: ask_postponement(
                    w.as_(who), self.number, before.version, **days, reason="motif", key=key, confirmed=seal))  # fmt: skip
            except NotThere:
                return
            assert not isinstance(made, Made) or allowed(who, "ask", before, w.today), (who, before)

        @rule(who=MOSTLY_OWN)
        def accept(self, who: str) -> None:
            """The unit's « Accepter », on the dates that were asked for."""
            number = w.get(self.number).open_request
            if number is not None:
                self.do(who, "accept", lambda s: sure(lambda seal: accept(w.as_(who), number, s.version, confirmed=seal)))

        @rule(who=MOSTLY_OWN, after=st.timedeltas(timedelta(-3), timedelta(120)), length=st.integers(-1, 50))
        def days(self, who: str, after: timedelta, length: int) -> None:
            first = w.get(self.number).starts_on + after
            last = first + timedelta(days=length)
            self.do(
                who, "days",
                lambda s: sure(lambda seal: set_exam_days(
                    w.as_(who), s.number, s.version, first=first, last=last, hour="08:30", confirmed=seal)),
            )  # fmt: skip

        @rule(who=MOSTLY_OWN)
        def check_end(self, who: str) -> None:
            self.do(who, "check", lambda s: check_actual_end(w.as_(who), s.number, s.version, "Vérifié"))

        @rule(who=MOSTLY_OWN, real=DAYS)
        def real_end(self, who: str, real: date) -> None:
            self.do(who, "real", lambda s: sure(lambda seal: set_actual_end(w.as_(who), s.number, s.version, real, seal)))

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
        def everybody_reads_its_page_and_the_next_step_is_one_that_may_be_taken(self) -> None:
            if not self.number:
                return
            s = w.get(self.number)
            for who in READERS:
                page = readers.read(who, f"/sessions/{self.number}")
                assert page.status_code == 200, who
                role = PEOPLE[who][0]
                step = next_step(role, s.facts, w.today)
                if not step or not step.act:
                    continue
                action = Action(step.key)
                verdict = may(s.person(role), action, s.facts, w.today)
                assert verdict.ok or (action in STEP and missing(action, s.facts, w.today)), (who, step, verdict)
                assert isinstance(verdict, Allowed) or verdict.reason in unescape(page.text), (who, step)

        @invariant()
        def a_convocation_stands_for_the_days_that_stand(self) -> None:
            """Whoever is convened is convened for what the session says; before that nobody is."""
            if self.number:
                s = w.get(self.number)
                assert s.unconvened == s.candidates or s.status in (S.CONVOKED, S.RESULTS, S.LOCKED, S.CANCELLED)
                assert s.postponed or s.exam_starts_on is None

        @invariant()
        def the_audit_verifies(self) -> None:
            with w.db.snapshot() as conn:
                assert verify(conn, w.db.audit_key).broken is None

    return Life


@pytest.fixture(autouse=True)
def sign_ins_last_for_months(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine turns the calendar faster than anybody signs in."""
    years = timedelta(days=3650)
    monkeypatch.setattr(accounts, "IDLE", dict.fromkeys(Role, years))
    monkeypatch.setattr(account_queries, "LONGEST_SIGN_IN", years)


def test_random_actions_by_random_people_break_no_rule(db: Database) -> None:
    w = Ticking(db, date(2020, 2, 1))
    w.approve()
    members = [w.juror(name) for name in ("Un", "Deux", "Trois")]
    run_state_machine_as_test(
        machine(w, members, Readers(w)),
        settings=settings(
            max_examples=30,
            stateful_step_count=15,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
