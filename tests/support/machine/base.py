"""What the machine's acts share: a world whose clock moves, the law written a second time, and one session that is acted on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from werkzeug.test import TestResponse

from portal.clock import PARIS, Clock
from portal.core.outcomes import Doubtful, NotThere, Saved
from portal.core.session import SessionRow
from portal.core.sheet import load
from portal.features.jury.members import accredit
from portal.features.requests.asking import Made
from portal.features.requests.queries import Asked, find
from portal.rules.lifecycle import ACTIVE, Status
from portal.rules.outcomes import Outcome
from portal.store.database import Database
from portal.store.requests import RequestKind
from portal.store.work import Work
from tests.support.world import PEOPLE, World

S = Status
DAYS = st.dates(date(2020, 2, 1), date(2020, 9, 30))
WHO = sorted(PEOPLE)
# Mostly whoever does such things, and everybody else now and then.
BY_CENTRE, BY_UNIT, BY_NATION = (st.sampled_from([who] * 2 * len(WHO) + WHO) for who in ("centre", "ud94", "national"))
BY_ANY = st.sampled_from([*["centre", "ud94"] * len(WHO), *WHO])
NUMBERS = count(1)
PLACE, WHOM = "12 rue des Écoles, 94000 Créteil", "C. Roux, 01 00 00 00 00"
# A title whose prolongation ends in the state of emergency, with an approval that ended with it.
EXPIRING, LAST_START = "TP-EX001", date(2020, 5, 31)
READERS = ("centre", "ud94", "region", "national")


class Ticking(World):
    """A world whose clock moves on by a second at each look, so that the history has an order."""

    seconds = 0

    def __init__(self, db: Database, today: date) -> None:
        super().__init__(db, today)
        self.people: dict[str, Work] = {}
        self.title(EXPIRING, "31/05/2019")
        self.approve()
        self.approve(end="31/05/2019", title=EXPIRING)
        self.members = [self.juror(name) for name in ("Un", "Deux", "Trois")]
        for member in self.members:
            assert isinstance(accredit(self.as_("ud94"), member, 2, EXPIRING, date(2016, 1, 1), date(2022, 12, 31)), Saved)
        self.browsers = {who: self.browser(who) for who in READERS}

    def as_(self, who: str) -> Work:
        if who not in self.people:
            self.people[who] = super().as_(who)
        return replace(self.people[who], on=replace(self.people[who].on, now=self.now(), today=self.today))

    def now(self) -> datetime:
        self.seconds += 1
        return datetime.combine(self.today, time(6), PARIS) + timedelta(seconds=self.seconds)

    def read(self, who: str, path: str) -> TestResponse:
        """A page as this person reads it today."""
        self.app().extensions["portal_clock"] = Clock(self.today)
        return self.browsers[who].get(path)


def sure(act: Callable[[str], object]) -> object:
    """An act in which somebody types a date: what is unlikely about it is asked, and answered « Oui »."""
    outcome = act("")
    return act(outcome.seal) if isinstance(outcome, Doubtful) else outcome


POSTPONABLE = (S.PREPARATION, S.DTE_REQUESTED, S.CONVOKED)


def allowed(who: str, what: str, s: SessionRow, today: date, asked: RequestKind | None = None) -> bool:
    """domain.md 5 and 7, written a second time, for the first centre's session. `asked`: the kind of the request that waits."""
    ended = today >= (s.actual_end_on or s.ends_on)
    ready = s.candidates > 0 and s.jury >= 2 and s.own_trainers == 0
    dated = not s.postponed or s.exam_starts_on is not None
    to_come = not s.postponed or s.exam_ends_on is None or today <= s.exam_ends_on or s.actual_end_on is not None
    printable = s.candidates > 0 and dated and to_come and (s.hour != "", s.place, s.session_manager) == (True, PLACE, WHOM)
    closed = s.actual_end_on is not None and date(2020, 3, 17) <= s.actual_end_on <= date(2020, 5, 11)
    movable = s.status in POSTPONABLE and today < s.starts_on
    enterable = s.status is S.CONVOKED and ended and (not s.postponed or s.actual_end_on is not None)
    table: dict[tuple[str, str], bool] = {
        ("centre", "edit"): s.status is S.PREPARATION,
        ("centre", "add"): s.status in ACTIVE,
        ("centre", "remove"): s.status in ACTIVE and (s.status is not S.CONVOKED or s.candidates > 1),
        ("centre", "practical"): s.status in ACTIVE,
        ("centre", "days"): s.postponed and s.status in ACTIVE,
        ("centre", "jury"): s.status in ACTIVE,
        ("centre", "request_dte"): s.status is S.PREPARATION and ready,
        ("centre", "convoke"): s.status is S.DTE_SENT and printable,
        ("centre", "convoke_again"): s.status is S.CONVOKED and printable and s.unconvened > 0,
        ("centre", "cancel"): s.status in ACTIVE,
        ("centre", "real"): s.postponed and s.status in ACTIVE,
        ("centre", "draft"): enterable,
        ("centre", "enter"): enterable,
        ("centre", "ask"): movable and asked is None,
        ("centre", "ask_expired"): s.title_code == EXPIRING and movable and asked is None,
        ("centre", "ask_correction"): s.status is S.RESULTS and asked is None,
        ("centre", "withdraw"): asked is not None,
        ("ud94", "refuse"): asked is not None,
        ("ud94", "accept"): asked in (RequestKind.POSTPONEMENT, RequestKind.EXPIRED) and movable,
        ("ud94", "accept_correction"): asked is RequestKind.CORRECTION and s.status is S.RESULTS,
        ("ud94", "send_dte"): s.status is S.DTE_REQUESTED,
        ("ud94", "recall_dte"): s.status is S.DTE_SENT,
        ("ud94", "check"): s.postponed and s.actual_end_on is not None and (s.actual_end_on > s.ends_on or closed),
        ("ud94", "postpone"): movable,
        ("ud94", "correct"): s.status is S.RESULTS,
        ("ud94", "lock"): s.status is S.RESULTS and asked is None,
        ("ud94", "unlock"): s.status is S.LOCKED,
    }
    return table.get((who, what), False)


@dataclass(frozen=True)
class Act:
    """Something that people do: on which sessions it is to be expected, how often, and what is drawn for it."""

    often: int
    fits: Callable[[SessionRow], object]
    drawn: Mapping[str, st.SearchStrategy[object]]


ACTS: dict[str, Act] = {}


def act(
    fits: Callable[[SessionRow], object] = lambda s: True, often: int = 1, **drawn: st.SearchStrategy[Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A method that is an act of the machine's."""

    def keep(method: Callable[..., None]) -> Callable[..., None]:
        ACTS[method.__name__] = Act(often, fits, drawn)
        return method

    return keep


Entries = dict[int, dict[int | None, Outcome]]


class Base(RuleBasedStateMachine):
    """One session of the first centre. `w` is set by the test; `turn` counts what was done, `s` is the session as it was looked at last."""

    w: Ticking
    number = 0
    turn = 0
    s: SessionRow
    chance: Random

    @rule(data=st.data())
    def somebody_acts(self, data: st.DataObject) -> None:
        """One of the acts that fit or, in one turn of five, of all. (Rules of their own would be left out of most runs, and repeated
        in the others.)"""
        self.turn += 1
        names = sorted(name for name, one in ACTS.items() if self.turn % 5 == 0 or one.fits(self.s))
        (name,) = self.chance.choices(names, [ACTS[name].often for name in names])
        note(f"{name} on {self.w.today}")
        drawn = {word: data.draw(strategy, label=word) for word, strategy in ACTS[name].drawn.items()}
        getattr(self, name)(**drawn)

    def session(self) -> SessionRow:
        return self.w.get(self.number)

    def request(self, number: int) -> Asked:
        with self.w.db.reading() as conn:
            return find(conn, self.w.as_("centre").actor, number)

    def waits(self, s: SessionRow) -> RequestKind | None:
        """The kind of the request on the session that waits for its unit."""
        return self.request(s.open_request).kind if s.open_request else None

    def do(self, who: str, what: str, act: Callable[[SessionRow], object], stale: bool = False) -> None:
        """Whatever is done must have been allowed; whatever is not leaves the session as it was."""
        before = self.session()
        asked = self.waits(before)
        try:
            outcome = act(before)
        except NotThere as not_there:
            outcome = not_there
        after = self.session()
        if isinstance(outcome, Saved):
            assert allowed(who, what, before, self.w.today, asked), (who, what, before)
            assert not stale and after.version == before.version + 1
        else:
            assert after == before, (who, what, outcome)

    def speak(self, who: str, what: str, act: Callable[[SessionRow], object]) -> None:
        """A request on the session, made or answered: the session itself stays as it is, but for the request that waits."""
        before = self.session()
        asked = self.waits(before)
        try:
            outcome = act(before)
        except NotThere:
            outcome = None
        after = self.session()
        if isinstance(outcome, (Made, Saved)):
            assert allowed(who, what, before, self.w.today, asked), (who, what, before)
            assert after.open_request == (outcome.request_id if isinstance(outcome, Made) else None)
        else:
            assert after.open_request == before.open_request, (who, what, outcome)
        assert replace(after, open_request=None) == replace(before, open_request=None)

    def candidate(self, which: int) -> int:
        """The number of one of the candidates; of nobody where there are fewer."""
        with self.w.db.reading() as conn:
            people = load(conn, self.session()).candidates
        return people[which].id if which < len(people) else 999_999

    def entries(self, outcome: Outcome, whole: bool = True) -> Entries:
        """The same outcome for all the candidates, or for the first."""
        with self.w.db.reading() as conn:
            people = load(conn, self.session()).candidates
        return {c.id: {None: outcome} for c in (people if whole else people[:1])}
