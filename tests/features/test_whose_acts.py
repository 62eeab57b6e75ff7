"""An act does not trust its page: whoever's duty it is not finds nothing there, whatever was sent, and nothing is written."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from portal.core.outcomes import NotThere
from portal.features.centres import actions as centres
from portal.features.communication import changing
from portal.features.communication.closings import announce, call_off
from portal.features.communication.letters import NewLetter, publish
from portal.features.convocations import actions as convocations
from portal.features.jury import members
from portal.features.measures import writing
from portal.features.oversight import actions as oversight
from portal.features.preparation.actions import NewSession, create
from portal.features.requests import actions as requests
from portal.features.units.actions import set_region, set_unit
from portal.rules.lifecycle import Kind
from portal.rules.signals import Signal
from portal.store.work import Work
from tests.features.test_workshop import SHIFT
from tests.support.world import PEOPLE, World

DAY, DAYS = date(2020, 9, 14), (date(2020, 9, 14), date(2020, 9, 18))
LETTER, HOUR = NewLetter("Titre", "Texte", (), ()), timedelta(hours=1)
CARD = centres.Card("CENTRE A BIS", "", "", "")
UNIT = {"unit_name": "DDETS", "unit_email": "", "unit_phone": ""}
REGION = {"email": "", "phone": "01"}

# Each act, and whose it is of those who see what it is about.
CENTRE, UD, AREA, NATION = "centre", "ud94", "region", "national"
ACTS: dict[str, tuple[tuple[str, ...], Callable[[Work], object]]] = {
    "create a session": ((CENTRE, "other"), lambda work: create(work, [NewSession(1, Kind.TITLE, *DAYS, "Ici", "Moi")], "k")),
    "hand a convocation over": ((CENTRE,), lambda work: convocations.hand_over(work, 1, ["c1"])),
    "make a link": ((CENTRE,), lambda work: convocations.make_link(work, 1, "c1")),
    "withdraw a link": ((CENTRE,), lambda work: convocations.withdraw_link(work, 1, "c1")),
    "note a mail that came back": ((CENTRE,), lambda work: convocations.note_returned(work, 1, "c1", returned=True)),
    "withdraw a request": ((CENTRE,), lambda work: requests.withdraw(work, 1)),
    "refuse a request": ((UD,), lambda work: requests.refuse(work, 1, "Non")),
    "accept a request": ((UD,), lambda work: requests.accept(work, 1, 3)),
    "add a member": ((UD, "ud75"), lambda work: members.add(work, "Sall", "Fatou", "")),
    "accredit a member": ((UD,), lambda work: members.accredit(work, 1, 2, "TP-01303", date(2023, 1, 1), date(2023, 2, 1))),
    "correct a member": ((UD,), lambda work: members.correct(work, 1, 2, "Autre", "", "")),
    "withdraw an accreditation": ((UD,), lambda work: members.withdraw(work, 1, 2, 1)),
    "close a signal": ((UD, "ud75", AREA), lambda work: oversight.close(work, Signal.LATE, "session 1", "1", "Vu")),
    "draw sessions": ((UD, AREA), lambda work: oversight.draw_sessions(work, "94", *DAYS, 1)),
    "say how a unit is reached": ((UD, NATION), lambda work: set_unit(work, "94", 1, UNIT)),
    "say how a region is reached": ((AREA, NATION), lambda work: set_region(work, "11", 1, REGION)),
    "open a centre": ((NATION,), lambda work: centres.open_centre(work, "35600000000048", "94", CARD)),
    "change a centre": ((NATION,), lambda work: centres.change(work, 1, 1, CARD)),
    "close a centre": ((NATION,), lambda work: centres.close(work, 1, 1, "Fin")),
    "reopen a centre": ((NATION,), lambda work: centres.reopen(work, 1, 1)),
    "keep a measure": ((NATION,), lambda work: writing.keep(work, SHIFT)),
    "remove a measure": ((NATION,), lambda work: writing.remove(work, "greve")),
    "publish a letter": ((NATION,), lambda work: publish(work, LETTER, "other")),
    "change a letter": ((NATION,), lambda work: changing.change(work, 1, 1, LETTER)),
    "withdraw a letter": ((NATION,), lambda work: changing.withdraw(work, 1)),
    "close the service": ((NATION,), lambda work: announce(work, work.on.now + HOUR, work.on.now + 2 * HOUR, "")),
    "call a closing off": ((NATION,), lambda work: call_off(work, 1)),
}


@pytest.fixture
def w(world: World) -> Iterator[World]:
    """A session that is asked to move, a member, a letter and a measure."""
    world.approve()
    world.session(1, "14/09/2020", "18/09/2020", "demande_dte_envoyee")
    world.seat(1)
    asked = requests.ask_postponement(
        world.as_(CENTRE), 1, world.get(1).version, starts_on=DAY, ends_on=DAY, reason="Salle", key="k"
    )
    assert isinstance(asked, requests.Made)
    publish(world.as_(NATION), LETTER, "k")
    writing.keep(world.as_(NATION), SHIFT)
    yield world
    world.close()


def found(w: World, who: str, what: str) -> bool:
    """Whether there is something to do for this person; where there is not, nothing was written."""
    work = w.as_(who)
    written = w.scalar("SELECT count(*) FROM audit_event")
    try:
        ACTS[what][1](work)
    except NotThere:
        assert w.scalar("SELECT count(*) FROM audit_event") == written
        return False
    return True


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_an_act_finds_nothing_for_whoever_has_not_its_duty(w: World) -> None:
    others = [(who, what) for what, (whose, _) in ACTS.items() for who in PEOPLE if who not in whose]
    assert [(who, what) for who, what in others if found(w, who, what)] == []
    owners = [(who, what) for what, (whose, _) in ACTS.items() for who in whose]
    assert [(who, what) for who, what in owners if not found(w, who, what)] == []
