"""Random actions by random people on one session: after every step no rule of the domain is broken, every role reads its pages and
the status is what the history says; after eight of them the audit trail verifies. On both databases."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from portal.features.accounts import queries, routes
from portal.features.standing.checking import verify
from portal.rules.lifecycle import Role
from portal.store.database import Database
from tests.support.machine.around import OnNames
from tests.support.machine.base import Ticking
from tests.support.machine.checks import Checks
from tests.support.machine.session import OnSession


@pytest.fixture(autouse=True)
def sign_ins_last_for_months(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine turns the calendar faster than anybody signs in."""
    years = timedelta(days=3650)
    monkeypatch.setattr(routes, "IDLE", dict.fromkeys(Role, years))
    monkeypatch.setattr(queries, "LONGEST_SIGN_IN", years)


def machine(world: Ticking) -> type[RuleBasedStateMachine]:
    class Life(OnSession, OnNames, Checks):
        w = world

    return Life


def test_random_actions_by_random_people_break_no_rule(db: Database) -> None:
    run_state_machine_as_test(
        machine(Ticking(db, date(2020, 2, 1))),
        settings=settings(
            max_examples=40,
            stateful_step_count=8,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            phases=[Phase.generate],  # what is found is read as it is: shrinking takes minutes
        ),
    )
    with db.snapshot() as conn:
        assert verify(conn, db.audit_key).broken is None
