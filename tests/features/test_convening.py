"""The days of the exam of a moved session: stated, left behind, and never contradicted by another date."""

from datetime import date

import pytest

from portal.core.outcomes import Dated, Doubtful, Invalid, Saved
from portal.features.convening.actions import set_exam_days
from portal.features.postponements.actions import postpone
from portal.features.sessions.actions import Practical, advance, edit_practical, set_actual_end
from portal.rules.lifecycle import Action
from tests.support.world import World

D = date.fromisoformat


@pytest.fixture
def w(world: World) -> World:
    """A session that the measure of 2020 moved, convened; its centre has told where and whom to call."""
    world.session(1, "02/03/2020", "20/04/2020")
    world.measure()
    world.tell(1)
    return world


def state(w: World, first: str, last: str) -> Dated:
    s = w.get(1)
    asked = set_exam_days(w.as_("centre"), 1, s.version, first=D(first), last=D(last), hour="09:00")
    if isinstance(asked, Doubtful):
        return set_exam_days(w.as_("centre"), 1, s.version, first=D(first), last=D(last), hour="09:00", confirmed=asked.seal)
    return asked


def test_the_first_convocation_is_number_one(world: World) -> None:
    world.session(1, "22/06/2020", "26/06/2020", "dte_envoye")
    world.tell(1)
    assert world.get(1).convocation == 0
    assert isinstance(advance(world.as_("centre"), 1, world.get(1).version, Action.CONVOKE), Saved)
    assert world.get(1).convocation == 1


def test_days_that_are_stated_void_what_was_handed_out_until_everybody_is_convened_again(w: World) -> None:
    assert w.get(1).unconvened == 0
    assert isinstance(state(w, "2020-07-06", "2020-07-07"), Saved)
    assert w.get(1).unconvened == 2
    assert isinstance(advance(w.as_("centre"), 1, w.get(1).version, Action.CONVOKE_AGAIN), Saved)
    assert w.get(1).unconvened == 0


@pytest.mark.parametrize(("last", "again"), [("2020-06-14", False), ("2020-06-15", False), ("2020-06-16", True)])
def test_to_convene_again_is_said_only_while_an_exam_is_to_come(w: World, last: str, again: bool) -> None:
    """As the next step has it: on the last day of the exam, the real end date is what is asked for."""
    told = state(w, "2020-06-11", last)
    assert isinstance(told, Saved) and ("convoquez de nouveau" in told.message) == again
    assert ("Convoquez de nouveau" in w.browser("centre").get("/sessions/1").text) == again


@pytest.mark.parametrize(("real", "saved"), [("2020-07-05", False), ("2020-07-06", True)])
def test_the_real_end_is_not_before_the_first_day_of_the_exam(w: World, real: str, saved: bool) -> None:
    state(w, "2020-07-06", "2020-07-08")
    outcome = set_actual_end(w.as_("centre"), 1, w.get(1).version, D(real))
    assert isinstance(outcome, Doubtful if saved else Invalid)  # the last day of the exam comes later: asked once more


def test_of_an_exam_that_ended_early_the_hour_can_still_change(w: World) -> None:
    state(w, "2020-07-06", "2020-07-08")
    early = set_actual_end(w.as_("centre"), 1, w.get(1).version, D("2020-07-07"))
    assert isinstance(early, Doubtful)
    assert isinstance(set_actual_end(w.as_("centre"), 1, w.get(1).version, D("2020-07-07"), early.seal), Saved)
    first, last = D("2020-07-06"), D("2020-07-08")
    assert isinstance(set_exam_days(w.as_("centre"), 1, w.get(1).version, first=first, last=last, hour="10:00"), Saved)
    assert isinstance(state(w, "2020-07-06", "2020-07-09"), Invalid)


def test_days_do_not_go_past_a_real_end_that_is_known(w: World) -> None:
    set_actual_end(w.as_("centre"), 1, w.get(1).version, D("2020-06-10"))
    assert isinstance(state(w, "2020-06-09", "2020-06-11"), Invalid)
    assert isinstance(state(w, "2020-06-09", "2020-06-10"), Saved)


def test_a_postponement_leaves_the_stated_days_behind(world: World) -> None:
    """A measure moved the end of a session to come: its unit may still postpone it, and its centre then states the days anew."""
    w = world
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    with w.db.writing() as tx:
        run = "INSERT INTO measure_run (id, measure_key, label, definition, at, actor, touched) VALUES "
        tx.exec_driver_sql(run + "(1, 'essai', 'Essai', '', '2020-06-01 00:00:00', 'x', 0)")
        tx.exec_driver_sql(
            "UPDATE exam_session SET postponed_run_id = 1, postponed_case = '1', planned_end_on = ends_on, ends_on = '2020-12-31'"
        )
    assert isinstance(state(w, "2020-06-22", "2020-06-22"), Saved)
    new = {"starts_on": D("2020-11-16"), "ends_on": D("2020-11-20"), "reason": "Salle"}
    assert isinstance(postpone(w.as_("ud94"), 1, w.get(1).version, **new), Saved)  # type: ignore[arg-type]
    assert (w.get(1).exam_starts_on, w.get(1).starts_on) == (None, D("2020-11-16"))


@pytest.mark.parametrize("field", ["place", "hour", "session_manager"])
def test_what_convened_candidates_know_changes_but_is_not_emptied(w: World, field: str) -> None:
    s = w.get(1)
    known = {"place": s.place, "hour": s.hour, "session_manager": s.session_manager}
    emptied = edit_practical(w.as_("centre"), 1, s.version, Practical(None, None, **{**known, field: ""}))
    assert isinstance(emptied, Invalid) and list(emptied.errors) == [field]
