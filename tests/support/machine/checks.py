"""What holds after every step, whoever has done what, and at the end of it all."""

from html import unescape

from hypothesis.stateful import invariant

from portal.core.heads import head
from portal.core.session import SessionRow
from portal.core.sheet import load
from portal.features.past.history import history
from portal.features.standing.checking import verify
from portal.files.note import Head
from portal.rules.lifecycle import Action, Role, Status
from portal.rules.rights import Allowed, may, missing
from portal.rules.steps import STEP
from portal.rules.todo import awaited, next_step
from portal.store.nodes import Tree
from tests.support.machine.base import READERS, Base
from tests.support.world import PEOPLE

S = Status
# Read in turn, by each in turn, beside the session's own page, which everybody reads after every step.
BESIDE = (
    *("/", "/sessions", "/demandes/{request}", "/sessions/{number}/historique", "/sessions/{number}/candidats", "/calendrier"),
    *("/demandes?vue=toutes", "/sessions/{number}/jury", "/sessions/{number}?au=01/02/2020", "/sessions/{number}/documents"),
)


class Checks(Base):
    looked_at: tuple[object, ...] = ()
    looks = 0  # of all examples, kept by the class
    kept: Head | None = None  # as the life before left the trail, kept by the class

    @invariant()
    def all_holds(self) -> None:
        """Looked at anew whenever something happened: an event, another day, another session."""
        here = self.number, self.w.today, self.w.scalar("select max(id) from audit_event")
        if not self.number or here == self.looked_at:
            return
        self.looked_at, type(self).looks = here, self.looks + 1
        s = self.s = self.session()
        self.no_rule_is_broken(s)
        self.a_convocation_stands_for_the_days_that_stand(s)
        self.one_request_waits_at_most_and_none_on_what_is_locked(s)
        for who in ("centre", "ud94", ("region", "national")[self.looks % 2]):  # who look on read the same page
            self.the_next_step_is_one_that_may_be_taken(s, who)
        self.the_pages_beside_it_answer()

    def no_rule_is_broken(self, s: SessionRow) -> None:
        with self.w.db.reading() as conn:
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

    def the_next_step_is_one_that_may_be_taken(self, s: SessionRow, who: str) -> None:
        """Whoever acts is shown a step that the rule allows, or what it still lacks; whoever looks on, who is awaited."""
        page = self.w.read(who, f"/sessions/{self.number}")
        assert page.status_code == 200, who
        text, role = unescape(page.text), PEOPLE[who][0]
        step = next_step(role, s.facts, self.w.today)
        if step and step.act:
            action = Action(step.key)
            verdict = may(s.person(role), action, s.facts, self.w.today)
            assert verdict.ok or (action in STEP and missing(action, s.facts, self.w.today)), (who, step, verdict)
            assert isinstance(verdict, Allowed) or verdict.reason in text, (who, step)
        if who in ("region", "national"):
            assert [f"{name} doit " in text for name in ("Le centre", "L’UD 94")] == [
                role in awaited(s.facts, self.w.today) for role in (Role.CENTRE, Role.UD)
            ]

    def the_pages_beside_it_answer(self) -> None:
        last = self.w.scalar("select max(id) from request") or ""
        round_, turn = divmod(self.looks, len(BESIDE))
        path, who = (
            BESIDE[turn].format(number=self.number, request=last).removesuffix("/") or "/",
            READERS[(round_ + turn) % len(READERS)],
        )
        assert self.w.read(who, path).status_code == 200, (who, path)

    def a_convocation_stands_for_the_days_that_stand(self, s: SessionRow) -> None:
        """Whoever is convened is convened for what the session says; before that nobody is."""
        assert s.unconvened == s.candidates or s.status in (S.CONVOKED, S.RESULTS, S.LOCKED, S.CANCELLED)
        assert s.postponed or s.exam_starts_on is None

    def one_request_waits_at_most_and_none_on_what_is_locked(self, s: SessionRow) -> None:
        waiting = self.w.scalar(f"select count(*) from request where status = 'ouverte' and session_id = {s.number}")
        assert waiting in ((0,) if s.status is S.LOCKED else (0, 1))

    def teardown(self) -> None:
        """After each life: its chain of events, and every table that they tell of. (All lives together: tests/features/test_machine.py.)"""
        with self.w.db.snapshot() as conn:
            assert verify(conn, self.w.db.audit_key, self.kept).broken is None
            type(self).kept = head(Tree(conn), "lives")
