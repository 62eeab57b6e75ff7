"""`portal audit verify`: the trail holds, and what stands in the tables is what it says."""

from sqlalchemy import Connection

from portal.features.measures.actions import digest_of_lines
from portal.features.measures.bound import bound_by
from portal.features.standing import service, sessions
from portal.features.standing.trail import walk
from portal.store.audit import Trail


def verify(conn: Connection, key: bytes) -> Trail:
    """The chain of events and their tree, the lines of the measures that its events bind, then the tables: the first place that is broken.

    One transaction reads all of it, so that it is of one moment.
    """
    bound, told, trail = [], service.Service(), Trail(0)
    for found in walk(conn, key):
        if isinstance(found, Trail):
            trail = found
            continue
        told.hear(found)
        if found.action in ("measure_applied", "measure_reverted"):
            bound.append((found.id, bound_by(found.after)))
    if trail.broken:
        return trail
    for number, of in bound:
        if digest_of_lines(conn, of.run) != (of.lines, of.digest):
            return Trail(trail.events, f"événement {number} : les lignes de l’application n° {of.run} ont été modifiées")
    for differing in (sessions.differing(conn, told.runs, told.bulk, told.erased), service.differing(conn, told)):
        if first := next(differing, None):
            return Trail(trail.events, first)
    return trail
