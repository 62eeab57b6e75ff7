"""Reading the tree of the trail: any of its nodes from the tiles that are kept and the few events after them; and growing it anew
from all events, to see that the tiles are those of the events."""

from sqlalchemy import Connection, bindparam, func, select

from portal.rules.merkle import Growing, node_hash
from portal.store.audit import audit_head, leaves
from portal.store.tree import WIDTH, audit_tile, roots, tile_root

HEIGHT = WIDTH.bit_length() - 1
_HASHES = select(audit_tile.c.hashes).where(audit_tile.c.level == bindparam("level"), audit_tile.c.place == bindparam("place"))


class Missing(LookupError):
    """A tile of the tree is not there."""


class Tree:
    """The tree as it stands: `size` leaves, and its nodes. What was read is kept for as long as this lives."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self.size = 1 + int(conn.execute(select(audit_head.c.count)).scalar() or 0)
        self._tiles: dict[tuple[int, int], list[list[bytes]]] = {}

    def node(self, level: int, place: int) -> bytes:
        """The hash of the full subtree of 2**level leaves at this place. Raises Missing."""
        above, within = divmod(level, HEIGHT)
        tile, at = divmod(place << within, WIDTH)
        rows = self._tile(above, tile)
        try:
            return rows[within][at >> within]
        except IndexError:
            raise Missing(f"tile {above}, {tile}") from None

    def _tile(self, level: int, place: int) -> list[list[bytes]]:
        """The hashes of a tile, or of as much of it as there is, and of what stands above them within it."""
        if (level, place) not in self._tiles:
            found = self._hashes(level, place)
            rows = [found]
            while len(rows) < HEIGHT:
                found = [node_hash(*pair) for pair in zip(found[::2], found[1::2], strict=False)]
                rows.append(found)
            self._tiles[level, place] = rows
        return self._tiles[level, place]

    def _hashes(self, level: int, place: int) -> list[bytes]:
        start = place * WIDTH
        if kept := self._conn.execute(_HASHES, {"level": level, "place": place}).scalar():
            return [kept[at : at + 32] for at in range(0, len(kept), 32)]
        if level:
            return roots(self._conn, level - 1, start, start + WIDTH)
        return leaves(self._conn, start, min(start + WIDTH, self.size))


class Regrown:
    """The tree grown anew, leaf by leaf; each tile that fills is compared with the one that is kept."""

    def __init__(self, conn: Connection, tree: Tree | None = None, size: int = 0) -> None:
        """`tree`: what it goes on from, at this size; without one, from nothing."""
        self._conn = conn
        self.growing = Growing(size, tree.node) if tree else Growing()
        self._filling: list[list[bytes]] = [[]]
        for level in range(-(-size.bit_length() // HEIGHT)) if tree else ():
            there = size >> HEIGHT * level
            hashes = [tree.node(HEIGHT * level, place) for place in range(there - there % WIDTH, there)] if tree else []
            self._filling[level:] = [hashes, []]

    def add(self, leaf: bytes) -> str | None:
        """One leaf more; what is wrong of the tile that it fills, as a sentence."""
        self.growing.add(leaf)
        self._filling[0].append(leaf)
        return self._compared(0) if len(self._filling[0]) == WIDTH else None

    def _compared(self, level: int) -> str | None:
        hashes, self._filling[level] = self._filling[level], []
        place = (self.growing.size >> HEIGHT * (level + 1)) - 1
        c = audit_tile.c
        kept = self._conn.execute(select(audit_tile).where(c.level == level, c.place == place)).one_or_none()
        if kept is None or (kept.root, kept.hashes) != (tile_root(hashes), b"".join(hashes)):
            return f"arbre du journal, feuillet {level}.{place} : {'il manque' if kept is None else 'il a été modifié'}"
        if len(self._filling) == level + 1:
            self._filling.append([])
        self._filling[level + 1].append(kept.root)
        return self._compared(level + 1) if len(self._filling[level + 1]) == WIDTH else None

    def ended(self) -> str | None:
        """What is kept beyond the last event, as a sentence: the trail was longer."""
        c = audit_tile.c
        kept = self._conn.execute(select(c.level, func.max(c.place)).group_by(c.level)).all()
        for level, place in sorted(kept):
            leaves_told = (place + 1) << HEIGHT * (level + 1)
            if leaves_told > self.growing.size:
                return f"fin du journal : son arbre a connu {leaves_told - 1} événements, et il en reste {self.growing.size - 1}"
        return None
