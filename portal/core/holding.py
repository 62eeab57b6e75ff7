"""How every change of a session is made: one transaction, the rule, the version, one audit event."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, update

from portal.core.finding import find
from portal.core.outcomes import Changed, Missing, Outcome
from portal.core.session import SessionRow
from portal.rules.lifecycle import Action
from portal.rules.rights import Refused, may
from portal.rules.steps import STEP
from portal.store.sessions import exam_session
from portal.store.work import Work

Step = Callable[[Connection, SessionRow], Outcome]
Ahead = Callable[[Connection, SessionRow], Outcome | None]


def change(work: Work, number: int, version: int, action: Action, act: Step, *, ahead: Ahead | None = None) -> Outcome:
    """Hold the session, ask the rule, compare the version that the page was made from, then `act`.

    `ahead(tx, session)` may answer before all that: a request that was already carried out is not a conflict.
    """
    with work.db.writing() as tx:
        session = find(tx, work.actor, number, work.unit_label, for_update=True)
        if session is None:
            return Missing()
        if ahead is not None and (answer := ahead(tx, session)) is not None:
            return answer
        verdict = may(session.person(work.actor.role), action, session.facts, work.on.today)
        if isinstance(verdict, Refused):
            return verdict
        if session.version != version:
            return Changed(session)
        return act(tx, session)


def write(
    tx: Connection,
    work: Work,
    session: SessionRow,
    event: str,
    values: Mapping[str, Any],
    *,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Set these columns, count the version up, and record what they were and became.

    `before` and `after` add to the event what does not stand in the session's own row.
    """
    were = {name: getattr(session, name) for name in values}
    changed = update(exam_session).where(exam_session.c.id == session.number)
    changed = changed.values(**values, version=exam_session.c.version + 1)
    work.record(
        tx,
        event,
        changed,
        session_id=session.number,
        before={**were, **(before or {})},
        after={**values, **(after or {})},
        reason=reason,
    )


def step_values(work: Work, action: Action) -> dict[str, Any]:
    """The columns of a change of status: the status, since when and by whom."""
    return {"status": STEP[action].after.value, "status_at": work.on.now, "status_by": work.actor.label}
