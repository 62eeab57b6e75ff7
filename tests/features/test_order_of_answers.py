"""The order in which every act answers: what is not there, a second click, the rule, the version, what is wrong."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from portal.core.outcomes import Changed, Dated, NotThere, Saved, Unchanged
from portal.core.people import Person
from portal.core.sheet import Typed, load
from portal.features.candidates import actions as candidates
from portal.features.jury.seats import seat, unseat
from portal.features.postponements.actions import postpone
from portal.features.results.actions import correct_results, enter_results, save_draft
from portal.features.sessions.actions import Practical, advance, edit_practical, set_actual_end
from portal.rules.lifecycle import Action
from portal.rules.outcomes import Outcome as Result
from portal.rules.rights import Refused
from portal.store.work import Work
from tests.support.world import World

D = date.fromisoformat
LAST = Person("Dernière", "Venue", date(1991, 2, 3))


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    world.close()


def typed(w: World, number: int, result: Result) -> Typed:
    with w.db.reading() as conn:
        s = w.get(number)
        return Typed({c.id: {None: result} for c in load(conn, s).candidates}, s.version)


# An act by the person who does such things, on a session in the status where it is done.
Act = Callable[[World, Work, int, int], Dated]
ACTS: dict[str, tuple[str, str, Act]] = {
    "postpone": ("ud94", "demande_dte_envoyee", lambda w, who, n, v: postpone(
        who, n, v, starts_on=D("2020-07-06"), ends_on=D("2020-07-10"), reason="Salle")),
    "practical": ("centre", "en_preparation", lambda w, who, n, v: edit_practical(
        who, n, v, Practical(D("2020-06-22"), D("2020-06-27"), "Créteil", "09:00", "Moi"))),
    "send_dte": ("ud94", "demande_dte_envoyee", lambda w, who, n, v: advance(who, n, v, Action.SEND_DTE)),
    "add": ("centre", "en_preparation", lambda w, who, n, v: candidates.add(who, n, v, LAST)),
    "add_all": ("centre", "en_preparation", lambda w, who, n, v: candidates.add_all(who, n, v, [LAST])),
    "remove": ("centre", "en_preparation", lambda w, who, n, v: candidates.remove(who, n, v, 1)),
    "seat": ("centre", "en_preparation", lambda w, who, n, v: seat(who, n, v, 1)),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_a_second_click_is_told_so_and_who_never_does_this_is_refused(w: World, name: str) -> None:
    w.juror("Un")
    w.session(1, "22/06/2020", "26/06/2020", ACTS[name][1])
    by, _, act = ACTS[name]
    seen = w.get(1).version
    assert isinstance(act(w, w.as_(by), 1, seen), Saved)
    assert isinstance(act(w, w.as_(by), 1, seen), Unchanged)
    for who in {"centre", "ud94", "region", "national"} - {by}:
        assert isinstance(act(w, w.as_(who), 1, seen), Refused), who
    assert w.get(1).version == seen + 1


def test_who_never_takes_a_member_off_is_not_told_that_nobody_sits(w: World) -> None:
    member = w.juror("Un")
    w.session(1, "22/06/2020", "26/06/2020", "en_preparation")
    assert isinstance(unseat(w.as_("centre"), 1, 1, member), Unchanged)
    assert isinstance(unseat(w.as_("ud94"), 1, 1, member), Refused)


def test_results_that_somebody_else_saved_are_not_told_as_saved_to_who_enters_none(w: World) -> None:
    w.session(1, "01/06/2020", "12/06/2020")
    told, seen = typed(w, 1, Result.TITLE), w.get(1).version
    assert isinstance(save_draft(w.as_("centre"), 1, seen, told), Saved)
    assert isinstance(save_draft(w.as_("centre"), 1, seen, told), Unchanged)
    assert isinstance(save_draft(w.as_("ud94"), 1, seen, told), Refused)
    told, seen = typed(w, 1, Result.TITLE), w.get(1).version
    assert isinstance(enter_results(w.as_("centre"), 1, seen, told), Saved)
    assert isinstance(enter_results(w.as_("centre"), 1, seen, told), Unchanged)
    told, seen = typed(w, 1, Result.FAILED), w.get(1).version
    assert isinstance(correct_results(w.as_("ud94"), 1, seen, told, "Erreur"), Saved)
    assert isinstance(correct_results(w.as_("ud94"), 1, seen, told, "Erreur"), Unchanged)
    assert isinstance(correct_results(w.as_("centre"), 1, seen, told, "Erreur"), Refused)


def test_results_read_on_a_sheet_that_changed_since_are_not_saved(w: World) -> None:
    """The version of the page is right, or forged: what counts too is the sheet on which the results were read."""
    w.session(1, "01/06/2020", "12/06/2020")
    old = typed(w, 1, Result.TITLE)
    assert isinstance(candidates.add(w.as_("centre"), 1, w.get(1).version, LAST), Saved)
    now = w.get(1).version
    assert isinstance(save_draft(w.as_("centre"), 1, now, old), Changed)
    assert isinstance(enter_results(w.as_("centre"), 1, now, old), Changed)
    assert w.scalar("SELECT count(*) FROM result") == 0
    assert isinstance(enter_results(w.as_("centre"), 1, now, typed(w, 1, Result.TITLE)), Saved)
    old = Typed(typed(w, 1, Result.FAILED).entries, now)
    assert isinstance(correct_results(w.as_("ud94"), 1, w.get(1).version, old, "Erreur"), Changed)


def test_what_is_not_theirs_is_not_there_for_an_act_either(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    seen = w.get(1).version
    for who, number in (("ud75", 1), ("other", 1), ("ud94", 999)):
        with pytest.raises(NotThere):
            advance(w.as_(who), number, seen, Action.SEND_DTE)
    stranger = w.browser("ud75")
    theirs = stranger.post("/sessions/1/envoi-dte", version=seen)
    nobodys = stranger.post("/sessions/999/envoi-dte", version=seen)
    assert theirs.status_code == nobodys.status_code == 404 and "Page introuvable" in theirs.text
    assert w.get(1).version == seen


def test_the_real_end_is_told_as_saved_to_the_centre_alone(w: World) -> None:
    w.session(1, "16/03/2020", "20/03/2020")
    w.measure()
    seen = w.get(1).version
    assert isinstance(set_actual_end(w.as_("centre"), 1, seen, D("2020-06-12")), Saved)
    assert isinstance(set_actual_end(w.as_("centre"), 1, seen, D("2020-06-12")), Unchanged)
    assert isinstance(set_actual_end(w.as_("ud94"), 1, seen, D("2020-06-12")), Refused)
