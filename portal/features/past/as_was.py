"""A session as it was at the end of a day: what it is now, with every later event taken back, newest first.

Each event keeps what it changed from what to what, so nothing has to be stored for this.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from portal.clock import PARIS
from portal.core.session import SessionRow
from portal.core.sheet import load
from portal.features.jury.queries import brief
from portal.features.past.history import history
from portal.features.past.since import Since, since
from portal.rules.lifecycle import Status
from portal.store.audit import audit_event
from portal.store.measures import measure_line, measure_run

COLUMNS = ("starts_on", "ends_on", "actual_end_on", "place", "session_manager", "status")


@dataclass
class Then:
    """The session at the end of `on`. `candidates` and `results` by the words of the history; `since`: who gave it its status."""

    on: date
    starts_on: date
    ends_on: date
    actual_end_on: date | None
    place: str
    session_manager: str
    status: Status
    postponed: bool
    candidates: list[str]
    jury: set[str]
    results: dict[str, str] = field(default_factory=dict)
    definitive: bool = False
    exists: bool = True
    since: tuple[Since, ...] = ()


_EVENTS = (
    select(audit_event.c.id, audit_event.c.at, audit_event.c.action, audit_event.c.before, audit_event.c.after)
    .where(audit_event.c.session_id == bindparam("number"))
    .order_by(audit_event.c.id.desc())
)
_LINES = (
    select(measure_line, measure_run.c.at)
    .join(measure_run, measure_run.c.id == measure_line.c.run_id)
    .where(measure_line.c.session_id == bindparam("number"))
)


def as_it_was(conn: Connection, s: SessionRow, on: date) -> Then:
    """The session at the end of that day in Paris."""
    sheet = load(conn, s)
    then = Then(
        on,
        s.starts_on,
        s.ends_on,
        s.actual_end_on,
        s.place,
        s.session_manager,
        s.status,
        s.postponed,
        [c.name for c in sheet.candidates],
        {seat.name for seat in brief(conn, s.number)},
        sheet.told(sheet.stored),
        sheet.definitive,
    )
    undone: list[tuple[datetime, int, Callable[[], None]]] = []
    for e in conn.execute(_EVENTS, {"number": s.number}):
        if e.at.astimezone(PARIS).date() > on:
            undone.append((e.at, e.id, _back(then, e.action, json.loads(e.before), json.loads(e.after))))
    for line in conn.execute(_LINES, {"number": s.number}):
        if line.at.astimezone(PARIS).date() > on:
            undone.append((line.at, 0, _line_back(then, line)))
    for _, _, back in sorted(undone, key=lambda u: u[:2], reverse=True):
        back()
    then.since = since([entry for entry in history(conn, s.number) if entry.at.date() <= on], then.status)
    return then


def _back(then: Then, action: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Callable[[], None]:
    def back() -> None:
        if action in ("created", "imported"):
            then.exists = False
        for name in COLUMNS:
            if name in before and name in after:
                setattr(then, name, _value(name, before[name]))
        if action == "candidates":
            for name in after.get("ajoutes", ()):
                _drop(then.candidates, name)
        elif action == "candidate_removed":
            then.candidates.append(before["candidat"])
        elif action == "candidate_edited":
            _drop(then.candidates, _renamed(before, after))
            then.candidates.append(before["candidat"])
        elif action == "jury_seated":
            then.jury.discard(after["membre"])
        elif action == "jury_unseated":
            then.jury.add(before["membre"])
        elif action in ("results_draft", "results_saved"):
            then.results, then.definitive = dict(before.get("resultats", {})), False
        elif action == "results_corrected":
            for key in after.get("resultats", {}):
                then.results.pop(key, None)
            then.results.update(before.get("resultats", {}))

    return back


def _drop(names: list[str], name: str) -> None:
    """One of that name: two candidates may bear the same."""
    if name in names:
        names.remove(name)


def _renamed(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The name that a correction gave: the event keeps the old name whole, and of the new one what changed."""
    name = str(before["candidat"])
    if "last_name" in before:
        first = name[len(before["last_name"]) :].strip()
        last = str(after["last_name"])
    else:
        first = str(before.get("first_name", ""))
        last = name.removesuffix(first).strip()
    return f"{last.upper()} {after.get('first_name', first)}".strip()


def _line_back(then: Then, line: Any) -> Callable[[], None]:
    def back() -> None:
        then.ends_on, then.status = line.end_before, Status(line.status_before)
        then.starts_on = line.start_before or then.starts_on
        then.postponed = line.postponed_run_before is not None

    return back


def _value(name: str, stored: Any) -> Any:
    if name == "status":
        return Status(stored)
    if name in ("starts_on", "ends_on", "actual_end_on"):
        return date.fromisoformat(stored) if stored else None
    return stored or ""
