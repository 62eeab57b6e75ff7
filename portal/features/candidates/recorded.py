"""What the events of candidates hold: their numbers, and under `people`, nowhere else, who they were and became; under `civil`
their civil status, so that it is not told with their names."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, insert

from portal.rules.civil import COLUMNS as CIVIL
from portal.store.batches import batches
from portal.store.candidates import candidate

Values = Mapping[str, Any]
KNOWN = ("last_name", "first_name", "born_on", "email")


def put(tx: Connection, rows: list[dict[str, Any]]) -> list[int]:
    """Write these candidates; gives their numbers, in the same order."""
    query = insert(candidate).returning(candidate.c.id, sort_by_parameter_order=True)
    return [number for some in batches(rows) for number in tx.execute(query, some).scalars()]


def added(people: Mapping[int, Values], updated: Mapping[int, tuple[Values, Values]] | None = None) -> dict[str, Any]:
    """For an event of candidates put on the list, by number; `updated`: what they were and became."""
    changed = updated or {}
    told = {str(number): {"is": _known(values)} for number, values in people.items()}
    told |= {str(number): {"was": _known(was), "is": _known(now)} for number, (was, now) in changed.items()}
    civil = {str(n): {"is": given} for n, v in people.items() if (given := {name: v[name] for name in CIVIL if v.get(name)})}
    for number, (was, now) in changed.items():
        if fields := [name for name in CIVIL if name in now and now[name] != was[name]]:
            civil |= civil_of(number, fields, was=was, became=now)
    return {"added": list(people), "updated": list(changed), "people": told, **({"civil": civil} if civil else {})}


def civil_of(number: int, fields: Iterable[str], *, was: Values, became: Values) -> dict[str, Any]:
    """For an event of one candidate, under `civil`: these fields as they were and as they became."""
    named = list(fields)
    return {str(number): {"was": {name: was[name] for name in named}, "is": {name: became[name] for name in named}}}


def told_of(number: int, fields: Iterable[str], *, was: Values, became: Values | None = None) -> dict[str, Any]:
    """For an event of one candidate: these fields as they were, and as they became where the candidate stays."""
    told = {"was": {name: was[name] for name in fields}}
    if became is not None:
        told["is"] = {name: became[name] for name in fields}
    return {"people": {str(number): told}}


def _known(values: Values) -> dict[str, Any]:
    return {name: values[name] for name in KNOWN if name in values}
