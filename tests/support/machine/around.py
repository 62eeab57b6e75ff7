"""What happens around the session: requests and their answers, measures applied and taken back, names that change."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from portal.core.outcomes import Invalid, NotThere, Saved, Stale
from portal.core.session import SessionRow
from portal.core.sheet import Typed, load
from portal.features.access.renaming import rename
from portal.features.accounts.queries import by_email
from portal.features.centres.actions import Card as CentreCard
from portal.features.centres.actions import change as change_centre
from portal.features.corrections.actions import ask_correction
from portal.features.measures.actions import Applied, NothingToChange, apply, revert
from portal.features.measures.catalogue import find as find_measure
from portal.features.preparation.actions import Created, NewSession, create
from portal.features.requests.actions import accept, refuse, withdraw
from portal.features.requests.asking import Made, ask_expired, ask_postponement
from portal.features.requests.queries import Asked
from portal.features.results import actions as results
from portal.features.titles.actions import Asked as AskedOfTitle
from portal.features.titles.actions import Card as TitleCard
from portal.features.titles.actions import change as change_title
from portal.features.titles.queries import card
from portal.features.titles.queries import found as found_title
from portal.rules.lifecycle import Kind
from portal.rules.outcomes import Outcome
from portal.store.requests import RequestStatus
from tests.support.machine.base import (
    BY_ANY,
    BY_CENTRE,
    BY_NATION,
    BY_UNIT,
    EXPIRING,
    LAST_START,
    NUMBERS,
    PLACE,
    POSTPONABLE,
    WHOM,
    Base,
    S,
    act,
    sure,
)


def waits(s: SessionRow) -> bool:
    """Whether a request of its centre waits on the session."""
    return s.open_request is not None


OUTCOMES = st.sampled_from([Outcome.TITLE, Outcome.FAILED, Outcome.ABSENT])


class OnRequests(Base):
    free: int | None = None  # the last request for a session still to be created

    @act(lambda s: s.status in POSTPONABLE, who=BY_CENTRE, after=st.integers(-5, 60), length=st.integers(0, 10))
    def ask(self, who: str, after: int, length: int) -> None:
        start = self.w.today + timedelta(days=after)
        days = {"starts_on": start, "ends_on": start + timedelta(days=length)}
        key = f"machine {next(NUMBERS)}"
        self.speak(
            who, "ask",
            lambda s: sure(lambda seal: ask_postponement(
                self.w.as_(who), s.number, s.version, **days, reason="motif", key=key, confirmed=seal)),
        )  # fmt: skip

    @act(
        lambda s: s.title_code == EXPIRING,
        who=BY_CENTRE,
        after=st.integers(0, 60),
        length=st.integers(0, 10),
        to_create=st.booleans(),
    )
    def ask_expired(self, who: str, after: int, length: int, to_create: bool) -> None:
        """On the title whose prolongation ends in the emergency: for this session, or for one to be created."""
        start = max(self.w.today, LAST_START) + timedelta(days=after)
        key = f"machine {next(NUMBERS)}"

        def act(number: int | None) -> object:
            return sure(
                lambda seal: ask_expired(
                    self.w.as_(who), title_id=2, approval_number=f"A-0-{EXPIRING}-01/01/2016", starts_on=start,
                    ends_on=start + timedelta(days=length), lockdown_cause=True, registered=True, reason="motif", key=key,
                    number=number, confirmed=seal)
            )  # fmt: skip

        if not to_create:
            return self.speak(who, "ask_expired", lambda s: act(s.number))
        try:
            made = act(None)
        except NotThere:
            return None
        if isinstance(made, Made) and who == "centre":
            self.free = made.request_id
        return None

    @act(lambda s: s.status is S.RESULTS, who=BY_CENTRE, which=st.integers(0, 2), outcome=OUTCOMES)
    def ask_correction(self, who: str, which: int, outcome: Outcome) -> None:
        one, key = self.candidate(which), f"machine {next(NUMBERS)}"
        self.speak(
            who, "ask_correction",
            lambda s: ask_correction(
                self.w.as_(who), s.number, s.version, candidate_id=one, entry={None: outcome}, reason="motif", key=key),
        )  # fmt: skip

    def ask_something(self) -> None:
        """What its centre can ask about the session as it is."""
        s = self.session()
        if s.status is S.RESULTS:
            self.ask_correction("centre", 0, Outcome.ABSENT)
        elif s.title_code == EXPIRING:
            self.ask_expired("centre", 7, 2, self.w.today >= s.starts_on)
        elif s.status in POSTPONABLE and self.w.today < s.starts_on:
            self.ask("centre", 40, 2)

    # ---- answers

    @act(waits, often=3, who=BY_UNIT)
    def accept(self, who: str) -> None:
        """The unit's « Accepter », on the dates that were asked for."""
        number = self.session().open_request
        if number is not None:
            self.do(who, "accept", lambda s: sure(lambda seal: accept(self.w.as_(who), number, s.version, confirmed=seal)))

    @act(waits, often=3, who=BY_UNIT, reason=st.sampled_from(["motif", "motif", ""]))
    def refuse(self, who: str, reason: str) -> None:
        number = self.session().open_request
        if number is not None:
            self.speak(
                who, "refuse", lambda s: self._ended(number, refuse(self.w.as_(who), number, reason), RequestStatus.REFUSED)
            )

    @act(waits, often=3, who=BY_CENTRE)
    def withdraw(self, who: str) -> None:
        number = self.session().open_request
        if number is not None:
            self.speak(who, "withdraw", lambda s: self._ended(number, withdraw(self.w.as_(who), number), RequestStatus.WITHDRAWN))

    def _ended(self, number: int, outcome: object, status: RequestStatus) -> object:
        expected = status if isinstance(outcome, Saved) else RequestStatus.OPEN
        assert self.request(number).status is expected
        return outcome

    @act(waits, often=3, who=BY_UNIT)
    def correct_as_asked(self, who: str) -> None:
        """The correction that the centre asked for is saved, and its request accepted with it."""
        number = self.session().open_request
        if number is None:
            return
        asked = self.request(number)

        def act(s: SessionRow) -> object:
            entries = self._corrected(s, asked)
            seal = results.seal(self.w.as_(who), s, entries, "correction")
            typed = Typed(entries, s.version)
            return results.correct_results(self.w.as_(who), s.number, s.version, typed, "motif", seal, number)

        self.do(who, "accept_correction", act)

    def _corrected(self, s: SessionRow, asked: Asked) -> dict[int, dict[int | None, Outcome]]:
        with self.w.db.reading() as conn:
            entries = {number: dict(entry) for number, entry in load(conn, s).stored.items()}
        if asked.candidate_id:
            entries[asked.candidate_id] = dict(asked.entry)
        return entries

    # ---- a session that is granted, and then created: the machine goes on with it

    @act(lambda s: s.title_code == EXPIRING, often=3, who=BY_ANY, how=st.sampled_from(["accept", "accept", "refuse", "withdraw"]))
    def answer_for_a_new_one(self, who: str, how: str) -> None:
        if self.free is None:
            return
        before = self.request(self.free)
        try:
            if how == "accept":
                outcome = sure(lambda seal: accept(self.w.as_(who), before.id, None, confirmed=seal))
            elif how == "refuse":
                outcome = refuse(self.w.as_(who), before.id, "motif")
            else:
                outcome = withdraw(self.w.as_(who), before.id)
        except NotThere:
            outcome = None
        after = self.request(self.free)
        if before.open and isinstance(outcome, Saved):
            assert who == ("centre" if how == "withdraw" else "ud94"), (who, how)
            assert not after.open
        else:
            assert after == before, (who, how, outcome)

    @act(lambda s: s.title_code == EXPIRING)
    def create_what_was_granted(self) -> None:
        if self.free is None:
            return
        asked = self.request(self.free)
        start, end = asked.granted_start or asked.wanted_start, asked.granted_end or asked.wanted_end
        new = NewSession(2, Kind.TITLE, start, end, PLACE, WHOM)
        made = create(self.w.as_("centre"), [new], f"machine {next(NUMBERS)}")
        if isinstance(made, Created):
            assert asked.status is RequestStatus.ACCEPTED, "created past the prolongation, and nobody has granted it"
            self.number, self.free = made.numbers[0], None


class OnMeasures(Base):
    run: int | None = None

    @act()
    def measure(self) -> None:
        done = apply(self.w.as_("national"), *find_measure("confinement-2020"))
        if isinstance(done, NothingToChange):
            return
        assert isinstance(done, Applied)
        self.run = done.run_id

    @act(lambda s: s.postponed)
    def take_back(self) -> None:
        if self.run is None:
            return
        revert(self.w.as_("national"), self.run)
        self.run = None


class OnNames(Base):
    @act(who=BY_NATION)
    def rename_the_centre(self, who: str) -> None:
        name = f"CENTRE {next(NUMBERS)}"
        self._renamed(who, "national", lambda s: change_centre(
            self.w.as_(who), s.centre_id, self._version("centre", s.centre_id), CentreCard(name, "", "", "")))  # fmt: skip
        assert (self.session().centre_name == name) == (who == "national")

    @act(who=BY_NATION, stale=st.booleans())
    def rename_the_title(self, who: str, stale: bool) -> None:
        label = f"Titre {next(NUMBERS)}"

        def act(s: SessionRow) -> object:
            with self.w.db.reading() as conn:
                row = found_title(conn, s.title_code)
            wanted = replace(TitleCard(**card(row)), label=label)  # type: ignore[arg-type]
            done = change_title(self.w.as_(who), s.title_code, row.version + stale, wanted, "")
            if isinstance(done, AskedOfTitle):
                done = change_title(self.w.as_(who), s.title_code, row.version + stale, wanted, done.seal)
            assert isinstance(done, Stale) == stale
            return done

        self._renamed(who, "national", act)
        assert (self.session().title_label == label) == (who == "national" and not stale)

    @act(who=BY_ANY, empty=st.sampled_from([False, False, True]))
    def rename_oneself(self, who: str, empty: bool) -> None:
        """Whoever acted keeps in the history the name that it had then."""
        name = "" if empty else f"Camille {next(NUMBERS)}"
        work = self.w.as_(who)
        told = self._renamed(who, who, lambda s: rename(work, self._version("account", work.actor.id or 0), name))
        assert isinstance(told, Invalid if empty else Saved)
        del self.w.people[who]
        with self.w.db.reading() as conn:
            found = by_email(conn, f"{who}@test.example", ("UD", "DIRECCTE"))
        assert found and (found.name == name) != empty

    def _version(self, table: str, number: int) -> int:
        found = self.w.scalar(f"select version from {table} where id = {number}")
        assert isinstance(found, int)
        return found

    def _renamed(self, who: str, by: str, act: Callable[[SessionRow], object]) -> object:
        """Only its keeper gives a name, and no name that changes changes the session."""
        before = self.session()
        try:
            done = act(before)
        except NotThere:
            done = None
        assert not isinstance(done, Saved) or who == by, (who, done)
        after = self.session()
        named = {"centre_name": "", "title_label": ""}
        assert replace(after, **named) == replace(before, **named)  # type: ignore[arg-type]
        return done
