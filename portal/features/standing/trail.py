"""The trail alone: its chain under the key, and the tree over it grown anew."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, select

from portal.core.heads import against
from portal.files.note import Head
from portal.store.audit import Trail, audit_head, leaves, verify
from portal.store.nodes import Regrown
from portal.store.tree import leaf_of


def walk(conn: Connection, key: bytes, kept: Head | None = None) -> Iterator[Row[Any] | Trail]:
    """Each event that holds, then one `Trail`; it stops at the first broken place. `kept`: a head that the trail must come by."""
    regrown = Regrown(conn)
    regrown.add(leaves(conn, 0, 1)[0])
    sealed = conn.execute(select(audit_head.c.sealed_count, audit_head.c.sealed_digest)).first()
    for found in verify(conn, key):
        if isinstance(found, Trail):
            yield Trail(found.events, found.broken or regrown.ended())
            return
        wrong = regrown.add(leaf_of(dict(found._mapping)))
        if sealed and found.id == sealed.sealed_count and found.digest != sealed.sealed_digest:
            wrong = "première feuille de l’arbre du journal : elle scelle une autre chaîne d’événements"
        if kept and kept.size == regrown.growing.size and kept.root != regrown.growing.root():
            wrong = f"un de ses {found.id} premiers événements a été récrit depuis le point gardé, avec la clé du journal"
        if wrong:
            yield Trail(found.id, wrong)
            return
        yield found


def continues(conn: Connection, key: bytes, kept: Head) -> str | None:
    """Why the trail of today does not continue a kept head, as a sentence, if so: all its events are read anew."""
    _, broken = against(conn, kept)
    if broken:
        return broken
    for found in walk(conn, key, kept):
        if isinstance(found, Trail):
            return found.broken
    return None
