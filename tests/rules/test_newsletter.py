"""The newsletter of 15 June 2020, case by case, both sides of each bound: in Python, and as the database reads it."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from portal.features.measures.actions import revert
from portal.features.measures.catalogue import find
from portal.features.measures.plan import code_of, plan
from portal.rules.facts import LOCKDOWN, Facts
from portal.rules.lifecycle import ACTIVE, Status
from portal.rules.measures import decide, readings
from portal.store.sessions import exam_session
from tests.support.facts import facts_of
from tests.support.world import World

MEASURE, _ = find("confinement-2020")
MOVED = date(2020, 8, 24)
ANY_ACTIVE = tuple(ACTIVE)
S = Status
CLOSED = (S.RESULTS, S.LOCKED, S.CANCELLED)

# start, end, statuses, the case that must win ("" when nothing changes)
CASES = [
    # case 1: up to 17/03/2020 included, still « En préparation »
    ("2020-03-02", "2020-03-17", [S.PREPARATION], "1"),
    ("2019-11-04", "2019-11-08", [S.PREPARATION], "1"),
    ("2020-03-02", "2020-03-16", [S.DTE_REQUESTED, S.DTE_SENT, S.CONVOKED, *CLOSED], ""),
    ("2020-03-02", "2020-03-18", [S.PREPARATION], "2b"),
    # case 2a: began 01/01 to 17/03, ends 17/03 to 11/05, DTE or convocations sent
    ("2020-01-01", "2020-03-17", [S.DTE_SENT, S.CONVOKED], "2a"),
    ("2020-03-17", "2020-05-11", [S.DTE_SENT, S.CONVOKED], "2a"),
    ("2020-01-01", "2020-03-16", [S.DTE_SENT, S.CONVOKED], ""),
    ("2020-03-16", "2020-05-12", [S.DTE_SENT, S.CONVOKED], "2b"),
    ("2020-03-18", "2020-05-11", [S.DTE_SENT, S.CONVOKED], "2c"),
    ("2019-12-31", "2020-03-17", [S.DTE_SENT, S.CONVOKED], ""),
    # case 2b: began before the lockdown, not over when it began
    ("2020-01-01", "2020-03-17", [S.DTE_REQUESTED], "2b"),
    ("2020-03-16", "2020-03-17", [S.DTE_REQUESTED], "2b"),
    ("2020-03-16", "2020-03-16", [S.DTE_REQUESTED], ""),
    ("2019-12-31", "2020-04-20", ANY_ACTIVE, ""),
    # case 2c: began during the lockdown
    ("2020-03-17", "2020-03-18", [S.PREPARATION, S.DTE_REQUESTED], "2c"),
    ("2020-05-11", "2020-08-23", ANY_ACTIVE, "2c"),
    # case 2d: began between 11 and 31 May
    ("2020-05-12", "2020-05-12", ANY_ACTIVE, "2d"),
    ("2020-05-31", "2020-06-05", ANY_ACTIVE, "2d"),
    # case 3: from 1 June on, untouched
    ("2020-06-01", "2020-06-05", list(Status), "3"),
    # a postponement never brings an end date forward
    ("2020-04-06", "2020-08-24", ANY_ACTIVE, ""),
    ("2020-04-06", "2020-08-25", ANY_ACTIVE, ""),
    # a session that is closed is not touched
    ("2020-04-06", "2020-04-10", CLOSED, ""),
]
ROWS = [(date.fromisoformat(a), date.fromisoformat(b), s, case) for a, b, statuses, case in CASES for s in statuses]


@pytest.mark.parametrize(("start", "end", "status", "case"), ROWS, ids=lambda v: str(v))
def test_each_case_of_the_newsletter(start: date, end: date, status: Status, case: str) -> None:
    decision = decide(MEASURE, facts_of(status, start, end))
    assert decision.case == case
    if case in ("", "3"):
        assert (decision.status, decision.ends_on, decision.changes) == (status, end, False)
        assert decision.why
    elif case == "1":
        assert (decision.status, decision.ends_on) == (Status.CANCELLED, end)
    else:
        assert (decision.status, decision.ends_on) == (status, MOVED)


def test_the_lockdown_of_the_rules_is_the_newsletters() -> None:
    """It is what case 2c names; the measure is data, which another country or year replaces, and the rule is law."""
    within = next(c.when for c in MEASURE.cases if c.name == "2c")
    assert (within.start_from, within.start_to) == LOCKDOWN


def test_the_database_decides_the_same_and_taking_back_restores_all(world: World) -> None:
    with world.db.writing() as tx:
        tx.execute(insert(exam_session), [_row(world, i, *row[:3]) for i, row in enumerate(ROWS, 1)])
    before = _state(world)
    run = world.measure()
    for i, (start, end, status, _) in enumerate(ROWS, 1):
        decision, now = decide(MEASURE, facts_of(status, start, end)), world.get(i)
        assert (now.status, now.ends_on) == (decision.status, decision.ends_on)
        assert now.postponed == (decision.ends_on != end)
        assert now.planned_end_on == (end if now.postponed else None)
    with world.db.reading() as conn:
        assert plan(conn, MEASURE, world.today).touched == 0, "a second run changes nothing"
    revert(world.as_("national"), run)
    assert _state(world) == before


def _state(world: World) -> list[tuple[object, ...]]:
    names = [c for c in exam_session.c if c.name != "version"]
    with world.db.reading() as conn:
        return [tuple(r) for r in conn.execute(select(*names).order_by(exam_session.c.id))]


def _row(world: World, number: int, start: date, end: date, status: Status) -> dict[str, object]:
    dates = {"starts_on": start, "ends_on": end, "status": status.value, "status_at": world.now(), "status_by": "REPRISE"}
    return {"id": number, "centre_id": 1, "department_code": "94", "title_id": 1, "kind": "titre", **dates}


# Ten times a hundred sessions.
days = st.dates(date(2019, 12, 25), date(2020, 9, 1))
some_facts = st.builds(
    lambda status, start, length: facts_of(status, start, start + timedelta(days=length)),
    st.sampled_from(Status),
    days,
    st.integers(0, 250),
)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.large_base_example]
)
@given(st.lists(some_facts, min_size=100, max_size=100))
def test_python_and_sql_agree_on_a_thousand_random_sessions(world: World, facts: list[Facts]) -> None:
    names = {reading.code: (reading.name, reading.words) for reading in readings(MEASURE)}
    with world.db.rehearsing().writing() as conn:
        conn.execute(insert(exam_session), [_row(world, i, f.starts_on, f.ends_on, f.status) for i, f in enumerate(facts, 1)])
        found = conn.execute(select(code_of(MEASURE)).order_by(exam_session.c.id)).scalars().all()
    for f, code in zip(facts, found, strict=True):
        decision = decide(MEASURE, f)
        assert (decision.case, decision.why) == names[code]
