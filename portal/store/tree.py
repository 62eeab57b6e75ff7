"""The Merkle tree over the trail (RFC 9162): what its leaves hold, and its full tiles, kept as the trail grows.

Leaf 0 seals the keyed chain as it was when the tree began; leaf N is event N with its keyed digest, which nobody can guess: the
hash of a neighbour, which every proof shows, tells nothing of it. A tile holds the 256 hashes of a level (0, 8, 16…) that stand
under one node; it is written with the event that fills it, and never again.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, Integer, LargeBinary, Table, insert, select

from portal.rules.merkle import Growing, leaf_hash
from portal.store.base import BigId, metadata
from portal.store.batches import batches
from portal.store.triggers import append_only

WIDTH = 256

audit_tile = Table(
    "audit_tile",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),  # counted in tiles: 0 holds leaves
    Column("place", BigId, primary_key=True, autoincrement=False),
    Column("root", LargeBinary(32), nullable=False),  # of the 256, before them: read alone, it does not touch them
    Column("hashes", LargeBinary(32 * WIDTH), nullable=False),
)

append_only(audit_tile)

# The columns of an event that its digest covers, in this order.
COVERED = ("id", "at", "actor_id", "actor", "role", "source", "action", "session_id", "subject", "before", "after", "reason")


def leaf_held(event: Mapping[str, Any]) -> dict[str, Any]:
    """What the leaf of an event holds: what its digest covers, that digest and the one before, as JSON values."""
    held = {name: event[name] for name in (*COVERED, "previous", "digest")}
    if isinstance(held["at"], datetime):
        held["at"] = held["at"].astimezone(UTC).isoformat()
    return held


def leaf_of(event: Mapping[str, Any]) -> bytes:
    """The hash of the leaf of an event: over what it holds as JSON (RFC 8785). Raises KeyError for what is no event."""
    return leaf_hash(json.dumps(leaf_held(event), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


def seal_data(count: int, digest: str) -> str:
    """What leaf 0 holds: how many events the keyed chain had when the tree began, and the last digest."""
    return json.dumps({"digest": digest, "events": count}, separators=(",", ":"))


def tile_root(hashes: Sequence[bytes]) -> bytes:
    """The root over the hashes of a tile, or of a part of one."""
    growing = Growing()
    for one in hashes:
        growing.add(one)
    return growing.root()


def fills(size: int, more: int) -> bool:
    """Whether a tree of `size` leaves fills a tile when it gets `more`."""
    return (size + more) // WIDTH > size // WIDTH


def keep_tiles(tx: Connection, place: int, leaves: Sequence[bytes]) -> None:
    """Keep the tiles that these leaves fill, and those above that they fill in turn. `place`: of the first leaf's tile, with
    which the leaves begin."""
    for at, tile in enumerate(batches(leaves, WIDTH), place):
        if len(tile) == WIDTH:
            _keep(tx, 0, at, tile)


def _keep(tx: Connection, level: int, place: int, hashes: Sequence[bytes]) -> None:
    row = {"level": level, "place": place, "root": tile_root(hashes), "hashes": b"".join(hashes)}
    tx.execute(insert(audit_tile), [row])
    if place % WIDTH == WIDTH - 1:
        _keep(tx, level + 1, place // WIDTH, roots(tx, level, place - WIDTH + 1, place + 1))


def roots(conn: Connection, level: int, start: int, end: int) -> list[bytes]:
    """The roots of these tiles of a level, which are hashes of the level above."""
    c = audit_tile.c
    query = select(c.root).where(c.level == level, c.place >= start, c.place < end).order_by(c.place)
    return list(conn.execute(query).scalars())
