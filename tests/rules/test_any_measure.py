"""Any measure, not that of 2020 alone: Python and the database decide the same, and nothing that is closed is ever touched."""

from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select

from portal.features.measures.plan import changing, code_of, end_after, start_after, status_after
from portal.rules.conditions import Condition
from portal.rules.facts import Facts
from portal.rules.lifecycle import ACTIVE, Status
from portal.rules.measures import Kept, Measure, MeasureCase, decide
from portal.store.measures import measure_run
from portal.store.sessions import exam_session as s
from portal.store.titles import title
from tests.support.facts import facts_of
from tests.support.world import World

FIRST = date(2020, 3, 1)
# A few days only, so that bounds and dates meet.
LAST = 12
DAYS = st.integers(0, LAST).map(lambda n: FIRST + timedelta(days=n))
MAYBE = st.none() | DAYS

some = st.builds(
    Condition,
    # Also what no text may hold: cases without statuses, or that name closed ones.
    statuses=st.none() | st.lists(st.sampled_from(Status), min_size=1, unique=True).map(tuple),
    start_from=MAYBE,
    start_to=MAYBE,
    end_from=MAYBE,
    end_to=MAYBE,
    departments=st.none() | st.sampled_from([("94",), ("75",), ("75", "94")]),
    titles=st.none() | st.sampled_from([("TP-01303",), ("TP-2",), ("TP-01303", "TP-2")]),
)
actions = st.one_of(
    st.just({"cancel": True}),
    st.builds(lambda day: {"move_end_to": day}, DAYS),
    st.builds(lambda days: {"shift_days": days}, st.integers(1, 5)),
)


@st.composite
def measures(draw: st.DrawFn) -> Measure:
    """Up to three cases and two explanations."""
    cases = [MeasureCase(str(i), f"cas {i}", draw(some), **draw(actions)) for i in range(draw(st.integers(1, 3)))]
    kept = [Kept(f"inchangé {i}", draw(some), f"k{i}") for i in range(draw(st.integers(0, 2)))]
    return Measure("essai", "essai", "Essai", tuple(cases), tuple(kept))


def some_session(chance: Random) -> Facts:
    """Drawn by the seed of an example alone: that each of its parts were a choice of its own took a third of the time."""
    start = FIRST + timedelta(days=chance.randint(0, LAST))
    end = start + timedelta(days=chance.randint(0, 6))
    moved_by = chance.choice(["", "", "essai", "autre"])
    more: dict[str, Any] = {"moved_by": moved_by, "planned_end_on": end if moved_by else None}
    if moved_by and chance.choice((True, False)):
        more |= {"exam_starts_on": start, "exam_ends_on": end}
    return facts_of(
        chance.choice(list(Status)),
        start,
        end,
        bool(moved_by),
        chance.choice((None, start)),
        department=chance.choice(["94", "75"]),
        title=chance.choice(["TP-01303", "TP-2"]),
        **more,
    )


def _insert(conn: Connection, world: World, facts: list[Facts]) -> None:
    run = {"label": "x", "definition": "", "at": world.now(), "actor": "x", "touched": 0}
    conn.execute(insert(measure_run), [{"id": i, "measure_key": key, **run} for i, key in ((1, "essai"), (2, "autre"))])
    conn.execute(insert(title), [{"id": 2, "code": "TP-2", "label": "Deux", "extension_months": 12, "search_key": "deux"}])
    rows = [
        {
            "id": i,
            "centre_id": 1 if f.department == "94" else 2,
            "department_code": f.department,
            "title_id": 1 if f.title == "TP-01303" else 2,
            "kind": "titre",
            "starts_on": f.starts_on,
            "ends_on": f.ends_on,
            "status": f.status.value,
            "status_at": world.now(),
            "status_by": "REPRISE",
            "actual_end_on": f.actual_end_on,
            "postponed_run_id": {"": None, "essai": 1, "autre": 2}[f.moved_by],
            "postponed_case": "" if f.postponed else None,
            "planned_end_on": f.planned_end_on,
            "exam_starts_on": f.exam_starts_on,
            "exam_ends_on": f.exam_ends_on,
        }
        for i, f in enumerate(facts, 1)
    ]
    conn.execute(insert(s), rows)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.large_base_example, HealthCheck.too_slow],
)
@given(st.lists(measures(), min_size=4, max_size=4), st.integers(0, 2**32))
def test_python_and_sql_agree_on_any_measure_and_none_touches_what_is_closed(
    world: World, tried: list[Measure], seed: int
) -> None:
    chance = Random(seed)
    facts = [some_session(chance) for _ in range(25)]
    with world.db.rehearsing().writing() as conn:
        _insert(conn, world, facts)
        for measure in tried:
            code = code_of(measure)
            columns = code.label("code"), status_after(measure, code), start_after(measure, code), end_after(measure, code)
            found = conn.execute(select(*columns).order_by(s.c.id)).all()
            for f, row in zip(facts, found, strict=True):
                decision = decide(measure, f)
                assert tuple(row)[1:] == (decision.status, decision.starts_on, decision.ends_on)
                assert (row.code in changing(measure)) == decision.changes
                assert f.status in ACTIVE or not decision.changes
                assert decision.ends_on >= f.ends_on, "an end is never brought forward"
