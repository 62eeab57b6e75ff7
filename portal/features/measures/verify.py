"""The whole trail: the chain of events, and the lines of the measures that its events bind."""

from sqlalchemy import Connection

from portal.features.measures.actions import digest_of_lines
from portal.features.measures.bound import bound_by
from portal.store.audit import Trail
from portal.store.audit import verify as verify_chain


def verify(conn: Connection, key: bytes) -> Trail:
    bound = []
    trail = Trail(0)
    for found in verify_chain(conn, key):
        if isinstance(found, Trail):
            trail = found
        elif found.action in ("measure_applied", "measure_reverted"):
            bound.append((found.id, bound_by(found.after)))
    if trail.broken:
        return trail
    for number, of in bound:
        if digest_of_lines(conn, of.run) != (of.lines, of.digest):
            return Trail(trail.events, f"événement {number} : les lignes de l’application n° {of.run} ont été modifiées")
    return trail
