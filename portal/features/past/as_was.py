"""A session as it was at the end of a day: what it is now, with every later event taken back, newest first.

Each event keeps what it changed from what to what, so nothing has to be stored for this. Candidates are taken back by number,
and everything is shown with the names of that day.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from portal.clock import PARIS
from portal.core.session import SessionRow
from portal.core.sheet import load
from portal.features.past import before_codes, names
from portal.features.past.history import history
from portal.features.past.names import Names, Values
from portal.features.past.since import Since, since
from portal.features.past.words import entry_in_words
from portal.rules.lifecycle import Status
from portal.rules.names import full_name
from portal.store.audit import audit_event
from portal.store.jury import jury_member, session_jury
from portal.store.measures import measure_line, measure_run
from portal.store.personal import events_of
from portal.store.text import fold

COLUMNS = ("starts_on", "ends_on", "actual_end_on", "place", "session_manager", "status")
Results = dict[int, Mapping[str, str] | str]  # by candidate's number: in codes, or in the words of before codes


@dataclass
class Then:
    """The session at the end of `on`. `results`: in words, by number and name; `since`: who gave it its status."""

    on: date
    starts_on: date
    ends_on: date
    actual_end_on: date | None
    place: str
    session_manager: str
    status: Status
    postponed: bool
    candidates: list[str] = field(default_factory=list)
    jury: set[str] = field(default_factory=set)
    results: dict[str, str] = field(default_factory=dict)
    definitive: bool = False
    exists: bool = True
    since: tuple[Since, ...] = ()


@dataclass
class _State:
    """What is taken back, by number: it gets its words once that is done."""

    then: Then
    people: Names
    jury: Names
    results: Results
    labels: dict[int, str]


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
_JURY = (
    select(jury_member.c.id, jury_member.c.last_name, jury_member.c.first_name)
    .join(session_jury, session_jury.c.member_id == jury_member.c.id)
    .where(session_jury.c.session_id == bindparam("number"))
)


def as_it_was(conn: Connection, s: SessionRow, on: date, today: date) -> Then:
    """The session at the end of that day in Paris; on `today` and after it, with the names of today."""
    state = _now(conn, s, on)
    undone: list[tuple[datetime, int, Callable[[], None]]] = []
    called: list[Values] = []
    for e, before, after in events_of(conn, conn.execute(_EVENTS, {"number": s.number}).all()):
        if e.at.astimezone(PARIS).date() > on:
            undone.append((e.at, e.id, _back(state, e.action, before, after)))
        else:
            called.append(after)
    for line in conn.execute(_LINES, {"number": s.number}):
        if line.at.astimezone(PARIS).date() > on:
            undone.append((line.at, 0, _line_back(state.then, line)))
    for _, _, back in sorted(undone, key=lambda u: u[:2], reverse=True):
        back()
    if on < today:
        _call(state, called)
    _say(state, s)
    state.then.since = since([entry for entry in history(conn, s.number) if entry.at.date() <= on], state.then.status)
    return state.then


def _now(conn: Connection, s: SessionRow, on: date) -> _State:
    sheet = load(conn, s)
    then = Then(on, s.starts_on, s.ends_on, s.actual_end_on, s.place, s.session_manager, s.status, s.postponed)
    then.definitive = sheet.definitive
    return _State(
        then,
        {c.id: c.name for c in sheet.candidates},
        {m.id: full_name(m.last_name, m.first_name) for m in conn.execute(_JURY, {"number": s.number})},
        {int(number): entry for number, entry in sheet.coded(sheet.stored).items()},
        {c.id: c.label for c in sheet.certificates},
    )


def _call(state: _State, events: list[Values]) -> None:
    """Members and certificates are called as the newest event up to that day called them; `events`: newest first."""
    for after in reversed(events):
        state.labels.update({int(number): label for number, label in after.get("certificates", {}).items()})
        called = after.get("jury", {}).items()
        state.jury.update({int(number): name for number, name in called if int(number) in state.jury})


def _say(state: _State, s: SessionRow) -> None:
    state.then.candidates = list(state.people.values())
    state.then.jury = set(state.jury.values())
    named = {number: names.of_candidate(state.people, number) for number in state.results}
    for number in sorted(named, key=lambda n: (fold(named[n]), n)):
        told = state.results[number]
        words = told if isinstance(told, str) else entry_in_words(told, state.labels, s.kind)
        state.then.results[f"{number} {named[number]}"] = words


def _back(state: _State, action: str, before: Values, after: Values) -> Callable[[], None]:
    then = state.then

    def back() -> None:
        if action in ("created", "imported"):
            then.exists = False
        for name in COLUMNS:
            if name in before and name in after:
                setattr(then, name, _value(name, before[name]))
        names.take_back(state.people, action, before, after)
        _jury_back(state.jury, action, before, after)
        if action in ("results_draft", "results_saved"):
            state.results, then.definitive = _results(action, before, after, before), False
        elif action == "results_corrected":
            for number in _results(action, before, after, after):
                state.results.pop(number, None)
            state.results.update(_results(action, before, after, before))

    return back


def _jury_back(jury: Names, action: str, before: Values, after: Values) -> None:
    if before_codes.is_old(action, before, after):
        before_codes.jury_back(jury, action, before, after)
    elif action == "jury_seated":
        jury.pop(after["member"], None)
    elif action == "jury_unseated":
        jury[after["member"]] = after["jury"][str(after["member"])]


def _results(action: str, before: Values, after: Values, side: Values) -> Results:
    """The results on one side of an event."""
    if before_codes.is_old(action, before, after):
        return {**before_codes.results_of(side)}
    return {int(number): entry for number, entry in side["results"].items()}


def _line_back(then: Then, line: Row[Any]) -> Callable[[], None]:
    def back() -> None:
        then.ends_on, then.status = line.end_before, Status(line.status_before)
        then.starts_on = line.start_before or then.starts_on
        then.postponed = line.postponed_run_before is not None

    return back


def _value(name: str, stored: str | None) -> object:
    if name == "status":
        return Status(stored or "")
    if name in ("starts_on", "ends_on", "actual_end_on"):
        return date.fromisoformat(stored) if stored else None
    return stored or ""
