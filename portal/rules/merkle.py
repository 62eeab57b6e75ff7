"""The tree of RFC 9162 over a list that only grows: how it is hashed, the path from a leaf to the root, and what shows that a
tree continues an earlier one.

A node is named by its level (0: leaves) and its place on it; `Node` gives its hash. Only full subtrees have one.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

Node = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf that holds these bytes."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of what stands above these two."""
    return sha256(b"\1" + left + right).digest()


class Growing:
    """A tree to which leaves are added, kept as the roots of its full subtrees: some thirty hashes at most."""

    def __init__(self, size: int = 0, node: Node | None = None) -> None:
        """`size`: of the tree that it goes on from, whose nodes are these."""
        self.size = size
        self._full = [
            node(level, (size >> level) - 1) for level in range(size.bit_length(), -1, -1) if size >> level & 1 and node
        ]

    def add(self, leaf: bytes) -> None:
        """One leaf more, by its hash."""
        place = self.size
        while place & 1:
            leaf = node_hash(self._full.pop(), leaf)
            place >>= 1
        self._full.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root of the tree as it is now; of an empty one, the hash of nothing."""
        found = sha256().digest() if not self._full else self._full[-1]
        for left in reversed(self._full[:-1]):
            found = node_hash(left, found)
        return found


def root_over(node: Node, start: int, end: int) -> bytes:
    """The root over the leaves from `start` (with) to `end` (without), which are at least one."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    split = start + _split(size)
    return node_hash(root_over(node, start, split), root_over(node, split, end))


def _split(size: int) -> int:
    """The largest power of two that is less than `size`."""
    return 1 << (size - 1).bit_length() - 1


def inclusion(node: Node, index: int, size: int) -> list[bytes]:
    """The hashes beside the way from leaf `index` up to the root of the tree of `size` leaves."""
    path, start, end = [], 0, size
    while end - start > 1:
        split = start + _split(end - start)
        if index < split:
            path.append(root_over(node, split, end))
            end = split
        else:
            path.append(root_over(node, start, split))
            start = split
    return path[::-1]


def consistency(node: Node, old: int, size: int) -> list[bytes]:
    """The hashes that show that the tree of `size` leaves begins with the one of `old`, which is at least one."""
    path, start, end = [], 0, size
    while old != end:
        split = start + _split(end - start)
        if old <= split:
            path.append(root_over(node, split, end))
            end = split
        else:
            path.append(root_over(node, start, split))
            start = split
    return ([*path, root_over(node, start, end)] if start else path)[::-1]


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether this path leads from the leaf's hash at `index` to the root of a tree of `size` leaves (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last = index, size - 1
    for beside in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            leaf = node_hash(beside, leaf)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            leaf = node_hash(leaf, beside)
        here, last = here >> 1, last >> 1
    return last == 0 and leaf == root


def continued(old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the tree of `size` leaves with this root begins with the one of `old` leaves with that one (2.1.4.2)."""
    if old == size:
        return not path and old_root == root
    if not 0 < old < size or not path:
        return False
    here, last = old - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first, *rest = path if here else [old_root, *path]
    then = now = first
    for beside in rest:
        if last == 0:
            return False
        if here & 1 or here == last:
            then, now = node_hash(beside, then), node_hash(beside, now)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            now = node_hash(now, beside)
        here, last = here >> 1, last >> 1
    return last == 0 and (then, now) == (old_root, root)
