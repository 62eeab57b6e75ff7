"""The trail alone: its chain under the key, and the tree over it grown anew."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, select

from portal.core.heads import against
from portal.files.note import Head
from portal.store.audit import Trail, audit_event, audit_head, leaves, verify
from portal.store.nodes import Regrown, Tree
from portal.store.tree import leaf_of


def walk(conn: Connection, key: bytes, kept: Head | None = None) -> Iterator[Row[Any] | Trail]:
    """Each event that holds, then one `Trail`; it stops at the first broken place. `kept`: a head that the trail must come by."""
    regrown = Regrown(conn)
    regrown.add(leaves(conn, 0, 1)[0])
    sealed = conn.execute(select(audit_head.c.sealed_count, audit_head.c.sealed_digest)).first()
    for found in _grown(conn, key, regrown, 0):
        if not isinstance(found, Trail):
            wrong = None
            if sealed and found.id == sealed.sealed_count and found.digest != sealed.sealed_digest:
                wrong = "première feuille de l’arbre du journal : elle scelle une autre chaîne d’événements"
            if kept and kept.size == regrown.growing.size and kept.root != regrown.growing.root():
                wrong = f"un de ses {found.id} premiers événements a été récrit depuis le point gardé, avec la clé du journal"
            if wrong:
                yield Trail(found.id, wrong)
                return
        yield found


def walk_on(conn: Connection, key: bytes, since: Head) -> Iterator[Row[Any] | Trail]:
    """The same from a kept head on: what stands before it is held against the head by the tiles of the tree."""
    _, broken = against(conn, since)
    tree, last = Tree(conn), since.size - 1
    row = conn.execute(select(audit_event).where(audit_event.c.id == last)).one_or_none()
    if not broken and last and (row is None or leaf_of(dict(row._mapping)) != tree.node(0, last)):
        broken = f"événement {last} : il n’est pas celui du point gardé"
    if broken:
        yield Trail(0, broken)
    else:
        yield from _grown(conn, key, Regrown(conn, tree, since.size), last)


def _grown(conn: Connection, key: bytes, regrown: Regrown, since: int) -> Iterator[Row[Any] | Trail]:
    for found in verify(conn, key, since):
        if isinstance(found, Trail):
            yield Trail(found.events, found.broken or regrown.ended())
            return
        if wrong := regrown.add(leaf_of(dict(found._mapping))):
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
