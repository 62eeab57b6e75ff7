"""How a thing of reference is changed (a centre, a title, a unit, a region): its version, and one event in its own history."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, Table, update

from portal.core.outcomes import Saved, Stale, Unchanged
from portal.store.work import Work

# What a search goes by says nothing of its own.
DERIVED = ("search_key",)


def about(kind: str, key: object) -> str:
    """Under which subject the trail keeps what happens to a thing: « centre 12 », « unit 94 »."""
    return f"{kind} {key}"


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    """These columns as an event keeps them."""
    return {name: value for name, value in values.items() if name not in DERIVED}


def differing(row: Row[Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What of these values the row does not hold yet, by column."""
    return {name: value for name, value in wanted.items() if getattr(row, name) != value}


def keep(
    tx: Connection,
    work: Work,
    table: Table,
    row: Row[Any],
    wanted: Mapping[str, Any],
    version: int | None,
    event: str,
    subject: str,
    *,
    besides: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Saved | Unchanged | Stale:
    """Set these columns of a row that the transaction holds, count its version up, and record what they were and became.

    `version`: of the page that they come from; None where no page stands between, as for a file; `besides`: what changed
    in other tables, for the event. Nothing is written where all stands already, or where somebody changed the thing since.
    """
    changes = differing(row, wanted)
    if not changes and not besides:
        return Unchanged("C’est déjà enregistré.")
    if version is not None and version != row.version:
        return Stale()
    (key,) = table.primary_key.columns
    tx.execute(update(table).where(key == getattr(row, key.name)).values(**changes, version=row.version + 1))
    before = told({name: getattr(row, name) for name in changes})
    work.record(tx, event, subject=subject, before=before, after={**told(changes), **(besides or {})}, reason=reason)
    return Saved()
