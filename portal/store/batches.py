"""Long lists in parts, below the number of parameters that a database takes in one statement."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
SIZE = 5000


def batches(values: Sequence[T], size: int = SIZE) -> Iterator[list[T]]:
    """The items in lists that both databases take in one statement; `size`: where one item takes several parameters."""
    for start in range(0, len(values), size):
        yield list(values[start : start + size])
