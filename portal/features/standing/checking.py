"""`portal audit verify`: the trail holds, and what stands in the tables is what it says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, outerjoin, select

from portal.features.measures.actions import digest_of_lines
from portal.features.measures.bound import Bound, bound_by
from portal.features.standing import sessions
from portal.features.standing.kinds import REFERENCE, RUNS, THE_STATES
from portal.features.standing.people import PEOPLE, REQUESTS
from portal.features.standing.sessions import Beside
from portal.features.standing.things import Things
from portal.features.standing.told import Run
from portal.features.standing.trail import walk
from portal.store.audit import Trail, audit_head
from portal.store.measures import measure_run
from portal.store.places import centre
from portal.store.sessions import exam_session, session_total

KINDS = (*PEOPLE, *REFERENCE, *THE_STATES, RUNS, REQUESTS)


@dataclass
class Told:
    """What the trail says besides the events of sessions: things of each kind; by the run of a measure, the event that tells of it;
    whether the database holds sessions made for benches, of which a single event tells."""

    things: Things = field(default_factory=lambda: Things(KINDS))
    runs: dict[int, int] = field(default_factory=dict)
    bulk: bool = False


def verify(conn: Connection, key: bytes) -> Trail:
    """The chain of events and their tree, the lines of the measures that its events bind, then the tables: the first place that is
    broken.

    One transaction reads all of it, so that it is of one moment.
    """
    trail, told = hear(conn, key)
    if trail.broken:
        return trail
    try:
        return Trail(trail.events, next(differing(conn, told), None))
    except (ValueError, TypeError) as error:  # what SQLite takes in a column of dates
        return Trail(trail.events, f"une ligne de la base ne se lit plus ({error})")


def hear(conn: Connection, key: bytes) -> tuple[Trail, Told]:
    """Walk the trail: whether it holds, and what it says."""
    told, bound = Told(), dict[int, Bound]()
    for found in walk(conn, key):
        if isinstance(found, Trail):
            told.things.listen(conn)
            return _lines(conn, found, bound), told
        told.things.hear(conn, found)
        told.bulk |= found.action == "bench_loaded"
        if found.action in RUNS.hears:
            bound[found.id] = bound_by(found.after)
            told.runs[bound[found.id].run] = found.id
    raise AssertionError("a walk ends with its trail")


def _lines(conn: Connection, trail: Trail, bound: Mapping[int, Bound]) -> Trail:
    """Whether the lines of measures hold that their events bind."""
    for number, of in () if trail.broken else bound.items():
        if digest_of_lines(conn, of.run) != (of.lines, of.digest):
            return Trail(trail.events, f"événement {number} : les lignes de l’application n° {of.run} ont été modifiées")
    return trail


def differing(conn: Connection, told: Told) -> Iterator[str]:
    """What does not stand as it was told, as sentences."""
    sealed = conn.execute(select(audit_head.c.sealed_count)).scalar()
    whole = not sealed and not told.bulk  # the trail began with its tree, in a version that tells of every thing
    of, requests = told.things.of(RUNS), told.things.of(REQUESTS)
    labels = {row.id: row.label for row in conn.execute(select(measure_run.c.id, measure_run.c.label))}
    runs = {n: Run(e, of[n]["at"], labels.get(n), of[n].get("reverts_run_id")) for n, e in told.runs.items() if n in of}
    yield from sessions.differing(conn, Beside(runs, requests, told.bulk, whole))
    yield from told.things.differing(conn, whole)
    yield from _totals(conn)


def _totals(conn: Connection) -> Iterator[str]:
    """The counts that the database keeps are those of the sessions."""
    counted = select(exam_session.c.centre_id, func.count().label("number")).group_by(exam_session.c.centre_id).subquery()
    sums = outerjoin(centre, counted, counted.c.centre_id == centre.c.id)
    query = select(centre.c.id).select_from(sums.outerjoin(session_total, session_total.c.centre_id == centre.c.id))
    other = query.where(func.coalesce(session_total.c.number, 0) != func.coalesce(counted.c.number, 0))
    row: int | None = conn.execute(other.order_by(centre.c.id).limit(1)).scalar()
    if row is not None:
        yield f"centre n° {row} : le nombre de ses sessions n’est pas celui de la base"
