"""How every change of a session is made: one transaction, the rule, the version, one audit event.

An act reads top to bottom: `with hold(...)`, what was already done, `stop`, what is wrong, `write`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Update, bindparam, update

from portal.core.finding import find
from portal.core.outcomes import Changed
from portal.core.session import SessionRow
from portal.rules.lifecycle import Action
from portal.rules.rights import Refused, does, may
from portal.rules.steps import STEP
from portal.store.sessions import exam_session
from portal.store.work import Work


@contextmanager
def hold(work: Work, number: int) -> Iterator[tuple[Connection, SessionRow]]:
    """One write transaction, and the session, which nobody else changes before it ends. Raises NotThere."""
    with work.db.writing() as tx:
        yield tx, find(tx, work.actor, number, work.unit_label, for_update=True)


def stop(work: Work, s: SessionRow, version: int | None, action: Action) -> Refused | Changed | None:
    """Why the act stops here: the rule refuses it, or somebody changed the session since the page of `version` was made."""
    verdict = may(s.person(work.actor.role), action, s.facts, work.on.today)
    if isinstance(verdict, Refused):
        return verdict
    return Changed(s) if s.version != version else None


def sent_twice(work: Work, s: SessionRow, version: int, action: Action) -> bool:
    """Whether this may be the second click of two: one change has followed the page, and this person does such things.

    The act itself tells whether that change is the very one that is asked for again.
    """
    return s.version == version + 1 and does(work.actor.role, action)


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
    values = {**values, **_planned_end(session, values)}
    were = {name: getattr(session, name) for name in values}
    work.record(
        tx,
        event,
        (setting(*values), {"held": session.number, **{f"new_{name}": value for name, value in values.items()}}),
        session_id=session.number,
        before={**were, **(before or {})},
        after={**values, **(after or {})},
        reason=reason,
    )


@cache
def setting(*columns: str) -> Update:
    """The statement that sets these columns of a session, and counts its version up; made once."""
    new: dict[str, BindParameter[object]] = {name: bindparam(f"new_{name}") for name in columns}
    return update(exam_session).where(exam_session.c.id == bindparam("held")).values(**new, version=exam_session.c.version + 1)


def _planned_end(session: SessionRow, values: Mapping[str, Any]) -> dict[str, Any]:
    """The end planned before a measure lies within the dates that stand; where somebody sets others, their end is what is planned."""
    if not session.planned_end_on or not values.keys() & {"starts_on", "ends_on"}:
        return {}
    start, end = values.get("starts_on", session.starts_on), values.get("ends_on", session.ends_on)
    return {} if start <= session.planned_end_on <= end else {"planned_end_on": end}


def step_values(work: Work, s: SessionRow, action: Action) -> dict[str, Any]:
    """The columns of a change of status: the status, since when and by whom; none for a step that stays where it is."""
    if STEP[action].after is s.status:
        return {}
    return {"status": STEP[action].after.value, "status_at": work.on.now, "status_by": work.actor.signature}
