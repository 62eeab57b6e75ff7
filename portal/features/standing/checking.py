"""`portal audit verify`: the trail holds, and what stands in the tables is what it says."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, outerjoin, select

from portal.features.deposit.making import digest_of_lines as digest_of_deposit
from portal.features.measures.actions import digest_of_lines
from portal.features.measures.bound import Bound, bound_by
from portal.features.standing import sessions
from portal.features.standing.kinds import REFERENCE, RUNS, THE_STATES
from portal.features.standing.people import PEOPLE, REQUESTS
from portal.features.standing.sessions import Beside
from portal.features.standing.things import Things
from portal.features.standing.told import Run
from portal.features.standing.trail import walk, walk_on
from portal.files.note import Head
from portal.store import summing, tallies
from portal.store.audit import OF_NO_SESSION, Trail, audit_event, audit_head
from portal.store.database import STREAM
from portal.store.measures import measure_run
from portal.store.places import centre
from portal.store.sessions import exam_session, session_total

Tell = Callable[[str, int, int], None]  # what is read, how many of them, of how many
OFTEN = 5_000


def quiet(what: str, done: int, all_: int) -> None:
    """Nobody watches."""


KINDS = (*PEOPLE, *REFERENCE, *THE_STATES, RUNS, REQUESTS)


@dataclass
class Told:
    """What the trail says besides the events of sessions: things of each kind; by the run of a measure, the event that tells of it;
    whether the database holds sessions made for benches, of which a single event tells."""

    things: Things = field(default_factory=lambda: Things(KINDS))
    runs: dict[int, int] = field(default_factory=dict)
    deposits: dict[int, str] = field(default_factory=dict)  # the digest of the lines of each, as the last event has it
    bulk: bool = False
    since: int = 0  # sessions are looked at of which something was told after this event

    def hear(self, conn: Connection, e: Row[Any]) -> bool:
        """One event more; whether it tells of a run."""
        self.things.hear(conn, e)
        self.bulk |= e.action == "bench_loaded"
        if e.action.startswith("deposit_"):
            told = json.loads(e.after)
            self.deposits[told["deposit"]] = told["digest"]
        if e.action not in RUNS.hears:
            return False
        self.runs[bound_by(e.after).run] = e.id
        return True


def verify(conn: Connection, key: bytes, since: Head | None = None, tell: Tell = quiet) -> Trail:
    """The chain of events and their tree, the lines of the measures that its events bind, then the tables: the first place that is
    broken. `since`: a kept head, which holds all before it; sessions of which nothing was told since are not looked at again.

    One transaction reads all of it, so that it is of one moment.
    """
    trail, told = hear(conn, key, since, tell)
    if trail.broken:
        return trail
    try:
        return Trail(trail.events, next(differing(conn, told, tell), None))
    except (ValueError, TypeError) as error:  # what SQLite takes in a column of dates
        return Trail(trail.events, f"une ligne de la base ne se lit plus ({error})")


def hear(conn: Connection, key: bytes, since: Head | None = None, tell: Tell = quiet) -> tuple[Trail, Told]:
    """Walk the trail: whether it holds, and what it says."""
    told, bound = Told(since=since.size - 1 if since else 0), dict[int, Bound]()
    all_ = int(conn.execute(select(audit_head.c.count)).scalar() or 0)
    before = select(audit_event).where(OF_NO_SESSION, audit_event.c.id <= told.since).order_by(audit_event.c.id)
    for e in conn.execute(before, execution_options=STREAM) if since else ():
        told.hear(conn, e)
    for found in walk_on(conn, key, since) if since else walk(conn, key):
        if isinstance(found, Trail):
            told.things.listen(conn)
            return _lines(conn, found, bound), told
        if told.hear(conn, found):
            bound[found.id] = bound_by(found.after)
        if found.id % OFTEN == 0:
            tell("événements", found.id, all_)
    raise AssertionError("a walk ends with its trail")


def _lines(conn: Connection, trail: Trail, bound: Mapping[int, Bound]) -> Trail:
    """Whether the lines of measures hold that their events bind."""
    for number, of in () if trail.broken else bound.items():
        if digest_of_lines(conn, of.run) != (of.lines, of.digest):
            return Trail(trail.events, f"événement {number} : les lignes de l’application n° {of.run} ont été modifiées")
    return trail


def differing(conn: Connection, told: Told, tell: Tell = quiet) -> Iterator[str]:
    """What does not stand as it was told, as sentences."""
    sealed = conn.execute(select(audit_head.c.sealed_count)).scalar()
    whole = not sealed and not told.bulk  # the trail began with its tree, in a version that tells of every thing
    of, requests = told.things.of(RUNS), told.things.of(REQUESTS)
    labels = {row.id: row.label for row in conn.execute(select(measure_run.c.id, measure_run.c.label))}
    runs = {n: Run(e, of[n]["at"], labels.get(n), of[n].get("reverts_run_id")) for n, e in told.runs.items() if n in of}
    all_ = int(conn.execute(select(func.sum(session_total.c.number))).scalar() or 0)
    for done, said in sessions.differing(conn, Beside(runs, requests, told.bulk, whole, told.since)):
        if said:
            yield said
        else:
            tell("sessions", done, all_)
    yield from told.things.differing(conn, whole)
    for number, digest in told.deposits.items():
        if digest_of_deposit(conn, number) != digest:
            yield f"dépôt n° {number} : ses lignes ne sont pas celles que dit le journal"
    yield from _totals(conn)
    if wrong := summing.differing(conn):
        where = " ".join(filter(None, (PLACES[wrong.level], wrong.place)))
        yield f"sommes gardées par la base : {where}, {wrong.period or 'toutes les années'} : ce ne sont pas celles des sessions et des résultats"


PLACES = {tallies.CENTRE: "centre n°", tallies.UNIT: "département", tallies.REGION: "région", tallies.NATION: "France"}


_COUNTED = select(exam_session.c.centre_id, func.count().label("number")).group_by(exam_session.c.centre_id).subquery()
_SUMS = outerjoin(centre, _COUNTED, _COUNTED.c.centre_id == centre.c.id)
_OTHER = (
    select(centre.c.id)
    .select_from(_SUMS.outerjoin(session_total, session_total.c.centre_id == centre.c.id))
    .where(func.coalesce(session_total.c.number, 0) != func.coalesce(_COUNTED.c.number, 0))
    .order_by(centre.c.id)
    .limit(1)
)


def _totals(conn: Connection) -> Iterator[str]:
    """The counts that the database keeps are those of the sessions."""
    row: int | None = conn.execute(_OTHER).scalar()
    if row is not None:
        yield f"centre n° {row} : le nombre de ses sessions n’est pas celui de la base"
