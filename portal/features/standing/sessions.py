"""Sessions as they stand against what the trail says of them, with all that hangs on them: results, candidates, jury, links to
trainers, documents, requests.

All are read as streams in the order of the session's number, so that a million sessions take no more memory than one.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, select, true

from portal.core.links import digest, key_of
from portal.core.minutes import digest_of
from portal.core.sheet import TITLE
from portal.features.past.shown import FIELDS
from portal.features.standing.people import REQUESTS
from portal.features.standing.streams import Streams
from portal.features.standing.things import differing_of
from portal.features.standing.told import ORIGINS, WORDS, Known, Run, Told
from portal.features.standing.values import erased_signature, same, worded
from portal.rules import civil
from portal.rules.lifecycle import Status
from portal.store.adjustments import adjustment, noted
from portal.store.attendance import attendance, incident
from portal.store.audit import audit_event
from portal.store.candidates import candidate, result
from portal.store.database import STREAM
from portal.store.documents import document, fingerprint
from portal.store.jury import session_jury, trainer_link
from portal.store.links import exam_reminder, personal_link
from portal.store.measures import measure_line
from portal.store.minutes import minutes
from portal.store.personal import values
from portal.store.requests import request
from portal.store.sessions import exam_session

Rows = Sequence[Row[Any]]
CANDIDATE = {**FIELDS, **civil.LABELS}


@dataclass
class Beside:
    """What the trail says besides the events of sessions: the runs of measures, by number; the requests that were made for no
    session, which the one that was made of them takes; whether it tells of every session there is."""

    runs: Mapping[int, Run]
    requests: dict[Hashable, dict[str, Any]]
    bulk: bool  # the database holds sessions made for benches, of which a single event tells
    whole: bool  # it tells of every request
    since: int = 0  # sessions are looked at of which something was told after this event

    def among(self, number: ColumnElement[int]) -> ColumnElement[bool]:
        """Whether the session of this number is looked at."""
        if not self.since:
            return true()
        moved = [n for n, run in self.runs.items() if run.event > self.since]
        told = select(audit_event.c.session_id).where(audit_event.c.id > self.since, audit_event.c.session_id.is_not(None))
        return number.in_(told.union(select(measure_line.c.session_id).where(measure_line.c.run_id.in_(moved))))


def differing(conn: Connection, beside: Beside) -> Iterator[tuple[int, str]]:
    """Each session that is not what the trail says, as a sentence, in the order of their numbers; in between, without a sentence,
    how many were looked at."""
    e, done = audit_event.c, 0
    streams = Streams(conn)
    events = _Ahead(streams, select(audit_event).where(e.session_id.is_not(None)), e.session_id, e.id, beside)
    lines = _Ahead(streams, select(measure_line), measure_line.c.session_id, measure_line.c.run_id, beside)
    hanging = _Hanging(streams, beside)
    query = select(exam_session).where(beside.among(exam_session.c.id)).order_by(exam_session.c.id)
    for some in conn.execute(query, execution_options=STREAM).partitions():
        done += len(some)
        yield from ((done, said) for said in _of_some(conn, beside, some, events, lines, hanging))
        yield done, ""
    yield from ((done, said) for said in _unknown(events, None))


def _of_some(
    conn: Connection, beside: Beside, some: Rows, events: "_Ahead", lines: "_Ahead", hanging: "_Hanging"
) -> Iterator[str]:
    own = []
    for s in some:
        yield from _unknown(events, s.id)
        own.append(events.of(s.id))
    known = values(conn, ([e.after, e.reason] for rows in own for e in rows))
    for s, rows in zip(some, own, strict=True):
        told = _told(rows, known, [line for line in lines.of(s.id) if line.run_id in beside.runs], beside.runs)
        if told.begun:
            said = [*_row(s, told), *hanging.compared(s.id, told, beside)]
            yield from (f"session {s.id} : {why} (événement {told.last})" for why in said)
        elif not beside.bulk:
            yield f"session {s.id} : aucun événement ne dit d’où elle vient"
        else:
            hanging.pass_over(s.id)


class _Ahead:
    """Rows of sessions, read as a stream in the order of their numbers."""

    def __init__(
        self, streams: Streams, query: Select[Any], session: ColumnElement[int], then: ColumnElement[int], beside: Beside
    ) -> None:
        rows = streams.rows(query.where(beside.among(session)).order_by(session, then))
        self.groups = groupby(rows, key=lambda row: row.session_id)
        self._advance()

    def _advance(self) -> None:
        number, rows = next(self.groups, (None, iter(())))
        self.number, self.rows = number, list(rows)

    def of(self, number: int) -> Rows:
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


def _told(events: Rows, known: Known, lines: Rows, runs: Mapping[int, Run]) -> Told:
    told, by_run = Told(), {line.run_id: line for line in lines}
    moved = sorted(lines, key=lambda line: runs[line.run_id].event)
    for e in events:
        while moved and runs[moved[0].run_id].event < e.id:
            _move(told, moved.pop(0), runs, by_run)
        told.hear(e, known)
    for line in moved:
        _move(told, line, runs, by_run)
    return told


def _move(told: Told, line: Row[Any], runs: Mapping[int, Run], by_run: Mapping[int, Row[Any]]) -> None:
    run = runs[line.run_id]
    told.move(line, run, by_run.get(run.reverts) if run.reverts else None)


def _row(s: Row[Any], told: Told) -> Iterator[str]:
    for name, said in told.values.items():
        stands = getattr(s, name)
        if not same(stands, said) and not (name == "status_by" and erased_signature(stands, said)):
            yield f"{WORDS[name]} : {_worded(name, stands)} dans la base, {_worded(name, said)} dans le journal"


def _worded(name: str, value: object) -> str:
    known = name == "status" and value in {status.value for status in Status}
    return worded(Status(str(value)).label if known else value)


class _Hanging:
    """What hangs on sessions, as streams."""

    def __init__(self, streams: Streams, beside: Beside) -> None:
        def ahead(table: Table, then: str, query: Select[Any] | None = None) -> _Ahead:
            return _Ahead(streams, select(table) if query is None else query, table.c.session_id, table.c[then], beside)

        self.results, self.people = ahead(result, "id"), ahead(candidate, "id")
        self.seats, self.links = ahead(session_jury, "member_id"), ahead(trainer_link, "member_id")
        self.documents, self.private = ahead(document, "code"), ahead(personal_link, "id")
        self.adjusted, self.reminders = ahead(adjustment, "candidate_id"), ahead(exam_reminder, "session_id")
        self.attended, self.incidents = ahead(attendance, "candidate_id"), ahead(incident, "id")
        self.minutes, self.conn = ahead(minutes, "session_id"), streams.conn
        self.requests = ahead(request, "id", select(request).where(request.c.session_id.is_not(None)))

    def pass_over(self, number: int) -> None:
        for stream in (
            self.results,
            self.people,
            self.seats,
            self.links,
            self.documents,
            self.private,
            self.adjusted,
            self.reminders,
            self.attended,
            self.incidents,
            self.minutes,
            self.requests,
        ):
            stream.of(number)

    def compared(self, number: int, told: Told, beside: Beside) -> Iterator[str]:
        """What of them is not what was told."""
        yield from _results(self.results.of(number), told)
        yield from _people(self.people.of(number), told)
        if (seats := {row.member_id for row in self.seats.of(number)}) != told.jury and told.jury is not None:
            yield f"les membres du jury ne sont pas ceux que dit le journal ({_numbers(seats ^ told.jury)})"
        links = {(row.member_id, row.candidate_id) for row in self.links.of(number)}
        if told.links is not None and links != told.links:
            yield "les liens entre jury et candidats ne sont pas ceux que dit le journal"
        documents = {fingerprint(row._asdict()) for row in self.documents.of(number)}
        if told.documents is not None and documents != told.documents:
            yield "les documents établis ne sont pas ceux que dit le journal"
        yield from _private(self.private.of(number), told)
        if bool(self.reminders.of(number)) != told.reminds:
            yield "le rappel de l’examen n’est pas ce que dit le journal"
        adjusted = self.adjusted.of(number)
        whole = all(row.note is None or row.digest == noted(row.salt, row.note) for row in adjusted)
        if not whole or {row.candidate_id: row.digest for row in adjusted} != told.adjusted:
            yield "les aménagements d’épreuves ne sont pas ceux que dit le journal"
        yield from _days(self.attended.of(number), self.incidents.of(number), told)
        yield from _minutes(self.conn, self.minutes.of(number), told)
        yield from _requests(self.requests.of(number), told, beside)


def _days(attended: Rows, incidents: Rows, told: Told) -> Iterator[str]:
    noted = {(r.candidate_id, r.day.isoformat(), r.half): (r.present, r.version, r.noted_at, r.noted_by) for r in attended}
    if noted != told.attendance:
        yield "les présences aux jours d’examen ne sont pas celles que dit le journal"
    there = {row.id: row._mapping for row in incidents}
    if there.keys() != told.incidents.keys() or any(
        not same(there[number][name], said) for number, one in told.incidents.items() for name, said in one.items()
    ):
        yield "les incidents ne sont pas ceux que dit le journal"


def _minutes(conn: Connection, rows: Rows, told: Told) -> Iterator[str]:
    """The paper itself is read too, while it is kept: what was deposited is what is there."""
    (row,) = rows or (None,)
    erased = told.values["people_erased_at"] is not None
    if row is None or not told.minutes:
        whole = row is None and not told.minutes
    else:
        whole = all(same(row._mapping[name], said) for name, said in told.minutes.items())
        whole = whole and (erased or digest_of(conn, row.session_id) == row.digest)
    if not whole:
        yield "le procès-verbal signé n’est pas ce que dit le journal"


def _private(rows: Rows, told: Told) -> Iterator[str]:
    there = {str(key_of(row)): row for row in rows if row.candidate_id is None or row.member_id is None}
    if other := there.keys() ^ told.private.keys():
        yield f"les liens personnels ne sont pas ceux que dit le journal ({', '.join(sorted(other)[:5])})"
        return
    for key, row in there.items():
        stands = {**row._mapping, "proof": row.proof and digest(row.proof)}
        if any(not same(stands[name], said) for name, said in {"proof": None, **told.private[key]}.items()):
            yield f"le lien personnel {key} n’est pas ce que dit le journal"


def _results(rows: Rows, told: Told) -> Iterator[str]:
    there: dict[int, dict[str, str]] = {}
    for row in rows:
        there.setdefault(row.candidate_id, {})[str(row.certificate_id or TITLE)] = row.outcome
    if told.results is not None and there != {number: entry for number, entry in told.results.items() if entry}:
        other = sorted(n for n in there.keys() | told.results.keys() if there.get(n, {}) != told.results.get(n, {}))
        yield f"les résultats du candidat n° {other[0]} ne sont pas ceux que dit le journal"
    elif any(row.definitive != told.definitive for row in rows):
        yield f"ses résultats sont {'un brouillon' if told.definitive else 'définitifs'} dans la base, et non dans le journal"


def _people(rows: Rows, told: Told) -> Iterator[str]:
    if told.candidates is None:
        return
    if other := {row.id for row in rows} ^ told.candidates.keys():
        yield f"les candidats inscrits ne sont pas ceux que dit le journal ({_numbers(other)})"
        return
    for row in rows:
        for name, said in told.candidates[row.id].items():
            if not same(row._mapping[name], said):
                yield (
                    f"candidat n° {row.id} : {CANDIDATE[name]} : {worded(row._mapping[name])} dans la base, "
                    f"{worded(said)} dans le journal"
                )


def _requests(rows: Rows, told: Told, beside: Beside) -> Iterator[str]:
    for row in rows:
        said = {**beside.requests.pop(row.id, {}), **told.requests.pop(row.id, {})}
        if not said and beside.whole:
            yield f"demande n° {row.id} : aucun événement n’en parle"
        yield from (f"demande n° {row.id} : {why}" for why in differing_of(REQUESTS, row, said))
    yield from (f"demande n° {number} : le journal en parle, et il n’y en a plus trace" for number in told.requests)


def _numbers(of: set[int]) -> str:
    return f"n° {', '.join(map(str, sorted(of)[:5]))}"
