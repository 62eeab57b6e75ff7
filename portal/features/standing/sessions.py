"""Sessions as they stand against what the trail says of them: dates, statuses, results, candidates and jury.

Both are read as streams in the order of the session's number, so that a million sessions take no more memory than one.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from portal.core.sheet import TITLE
from portal.features.past import before_codes
from portal.features.past.shown import FIELDS, shown
from portal.rules.lifecycle import Status
from portal.rules.names import ERASED
from portal.store.audit import audit_event
from portal.store.candidates import candidate, result
from portal.store.database import STREAM
from portal.store.jury import session_jury
from portal.store.measures import measure_line
from portal.store.personal import COMMITMENT, cell, values
from portal.store.sessions import exam_session

# What an event of these says besides is not of the session's own row.
BESIDES = ("request_made", "request_accepted", "request_refused", "request_withdrawn", "documents_", "jury_")
# What stands in a session of which nothing was said.
UNSAID: Mapping[str, object] = {
    "actual_end_on": None,
    "place": "",
    "session_manager": "",
    "hour": "",
    "exam_starts_on": None,
    "exam_ends_on": None,
    "results_saved_by": None,
    "people_erased_at": None,
}
COLUMNS = (
    *(
        "kind",
        "title_id",
        "approval_id",
        "starts_on",
        "ends_on",
        "planned_end_on",
        "status",
        "status_at",
        "status_by",
        "convocation",
    ),
    *("actual_end_checked", *UNSAID),
)
ORIGINS = ("created", "imported")
WORDS = dict.fromkeys(COLUMNS, "Ce qu’elle garde") | {
    **FIELDS,
    "status": "Statut",
    "planned_end_on": "Fin prévue avant la mesure",
}
WORDS |= {"exam_starts_on": "Premier jour d’examen", "exam_ends_on": "Dernier jour d’examen", "status_by": "Statut donné par"}


@dataclass
class Told:
    """What the trail says of a session, after the events that were heard. None: it was said in words, up to version 1.11.0."""

    values: dict[str, Any] = field(default_factory=lambda: dict(UNSAID))
    results: dict[int, dict[str, str]] | None = field(default_factory=dict)
    candidates: set[int] | None = field(default_factory=set)
    jury: set[int] | None = field(default_factory=set)
    definitive: bool = False
    begun: bool = False  # its origin is told
    last: int = 0  # the event that said something of it last

    def hear(self, e: Row[Any], people: Mapping[str, Row[Any]], erased: Collection[int]) -> None:
        """`people`: what is still kept of what the events commit to, by digest; `erased`: the accounts that are nobody's."""
        before, after = json.loads(e.before), json.loads(e.after)
        self.last = e.id
        after |= {name: cell(after[name], people) for name in ("session_manager", "status_by") if name in after}
        if e.actor_id in erased and after.get("status_by") == e.actor and not COMMITMENT.fullmatch(e.actor):
            after["status_by"] = ERASED  # up to version 1.14 the event itself held the name
        self.begun |= e.action in ORIGINS
        if not e.action.startswith(BESIDES):
            self.values.update({name: after[name] for name in COLUMNS if name in after})
        if e.action == "people_erased" and self.values["session_manager"]:
            self.values["session_manager"] = ERASED
        old = before_codes.is_old(e.action, before, after)
        if e.action.startswith("results_"):
            self._hear_results(e.action, after, old)
        elif e.action.startswith("candidate"):
            self._hear_candidates(e.action, after, old)
        elif e.action in ("jury_seated", "jury_unseated"):
            self.jury = None if old or self.jury is None else self.jury ^ {after["member"]}

    def _hear_results(self, action: str, after: Mapping[str, Any], old: bool) -> None:
        self.definitive |= action != "results_draft"
        if old:
            self.results = None
            return
        said = {int(number): entry for number, entry in after["results"].items()}
        if action == "results_corrected":
            if self.results is not None:
                self.results.update(said)
        else:  # a draft, or all that was saved: the whole sheet
            self.results = said

    def _hear_candidates(self, action: str, after: Mapping[str, Any], old: bool) -> None:
        if old:
            self.candidates = None
        elif self.candidates is not None and action == "candidates":
            self.candidates |= set(after["added"])
        elif self.candidates is not None and action == "candidate_removed":
            self.candidates.discard(after["candidate"])

    def move(self, line: Row[Any]) -> None:
        """What a measure, or taking it back, made of the session. What else it sets is told by its lines alone."""
        self.values |= {"ends_on": line.end_after.isoformat(), "status": line.status_after}
        if line.start_after:
            self.values["starts_on"] = line.start_after.isoformat()
        for name in ("planned_end_on", "status_at", "status_by"):
            self.values.pop(name, None)


def differing(conn: Connection, applied: Mapping[int, int], bulk: bool, erased: Collection[int]) -> Iterator[str]:
    """Each session that is not what the trail says, as a sentence, in the order of their numbers.

    `applied`: by the number of a measure's run, the event that tells of it; `bulk`: the database holds sessions made for
    benches, of which a single event tells; `erased`: the accounts that are nobody's any more.
    """
    events = _Ahead(
        conn, select(audit_event).where(audit_event.c.session_id.is_not(None)), audit_event.c.session_id, audit_event.c.id
    )
    lines = _Ahead(conn, select(measure_line), measure_line.c.session_id, measure_line.c.run_id)
    results = _Ahead(conn, select(result), result.c.session_id, result.c.id)
    people = _Ahead(conn, select(candidate.c.session_id, candidate.c.id), candidate.c.session_id, candidate.c.id)
    seats = _Ahead(conn, select(session_jury), session_jury.c.session_id, session_jury.c.member_id)
    sessions = conn.execute(select(exam_session).order_by(exam_session.c.id), execution_options=STREAM)
    for some in sessions.partitions():
        own = []
        for s in some:
            yield from _unknown(events, s.id)
            own.append(events.of(s.id))
        managers = values(conn, ([e.after] for rows in own for e in rows if '"session_manager":{' in e.after))
        for s, rows in zip(some, own, strict=True):
            told = _told(rows, managers, [line for line in lines.of(s.id) if line.run_id in applied], applied, erased)
            stands = results.of(s.id), people.of(s.id), seats.of(s.id)
            if told.begun:
                yield from (f"session {s.id} : {said}" for said in _compared(s, told, *stands))
            elif not bulk:
                yield f"session {s.id} : aucun événement ne dit d’où elle vient"
    yield from _unknown(events, None)


class _Ahead:
    """Rows of sessions, read as a stream in the order of their numbers."""

    def __init__(self, conn: Connection, query: Select[Any], session: ColumnElement[int], then: ColumnElement[int]) -> None:
        rows = conn.execute(query.order_by(session, then), execution_options=STREAM)
        self.groups = groupby(rows, key=lambda row: row.session_id)
        self._advance()

    def _advance(self) -> None:
        number, rows = next(self.groups, (None, iter(())))
        self.number, self.rows = number, list(rows)

    def of(self, number: int) -> list[Row[Any]]:
        """The rows of this session; those of lesser numbers are passed over."""
        while self.number is not None and self.number < number:
            self._advance()
        if self.number != number:
            return []
        found = self.rows
        self._advance()
        return found


def _unknown(events: _Ahead, before: int | None) -> Iterator[str]:
    """Sessions that the trail tells of and that are not there, up to this number."""
    while events.number is not None and (before is None or events.number < before):
        if any(e.action in ORIGINS for e in events.rows):
            yield f"session {events.number} : le journal la connaît, et elle n’existe plus"
        events._advance()


def _told(
    events: Sequence[Row[Any]],
    people: Mapping[str, Row[Any]],
    lines: Sequence[Row[Any]],
    applied: Mapping[int, int],
    erased: Collection[int],
) -> Told:
    told = Told()
    moved = sorted(lines, key=lambda line: applied[line.run_id])
    for e in events:
        while moved and applied[moved[0].run_id] < e.id:
            told.move(moved.pop(0))
        told.hear(e, people, erased)
    for line in moved:
        told.move(line)
    return told


def _compared(
    s: Row[Any], told: Told, results: Sequence[Row[Any]], people: Sequence[Row[Any]], seats: Sequence[Row[Any]]
) -> Iterator[str]:
    at = f"(événement {told.last})"
    for name, said in told.values.items():
        stands = getattr(s, name)
        if not _same(stands, said):
            yield f"{WORDS[name]} : {_worded(name, stands)} dans la base, {_worded(name, said)} dans le journal {at}"
    there: dict[int, dict[str, str]] = {}
    for row in results:
        there.setdefault(row.candidate_id, {})[str(row.certificate_id or TITLE)] = row.outcome
    if told.results is not None and there != {number: entry for number, entry in told.results.items() if entry}:
        other = sorted(n for n in there.keys() | told.results.keys() if there.get(n, {}) != told.results.get(n, {}))
        yield f"les résultats du candidat n° {other[0]} ne sont pas ceux que dit le journal {at}"
    elif any(row.definitive != told.definitive for row in results):
        yield f"ses résultats sont {'un brouillon' if told.definitive else 'définitifs'} dans la base, et non dans le journal {at}"
    if told.candidates is not None and {row.id for row in people} != told.candidates:
        yield f"les candidats inscrits ne sont pas ceux que dit le journal {at}"
    if told.jury is not None and {row.member_id for row in seats} != told.jury:
        yield f"les membres du jury ne sont pas ceux que dit le journal {at}"


def _same(stands: object, said: object) -> bool:
    if isinstance(stands, datetime) and isinstance(said, str):
        return stands == datetime.fromisoformat(said)
    return plain(stands) == said


def plain(value: object) -> object:
    """As the trail writes it."""
    return value.isoformat() if isinstance(value, date) else value


def _worded(name: str, value: object) -> str:
    known = name == "status" and value in {status.value for status in Status}
    return shown(Status(str(value)).label if known else plain(value))
