"""What every import from a file says of itself."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# What a session taken over says instead of a name (domain.md 2).
TAKEN_OVER = "REPRISE"
Progress = Callable[[list[Any]], Iterable[Any]]


@dataclass(frozen=True)
class Imported:
    """How many rows came in anew, and how many that were known have changed; what had to be decided to read the file.

    `fresh`: the lines that came in anew; `was`: of those whose thing is known and changes, what it held, by number of the line
    and the file's column. `again`: this very file was taken over before, and nothing was written now.
    """

    added: int = 0
    updated: int = 0
    notes: tuple[str, ...] = ()
    was: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    fresh: Collection[int] = frozenset()
    again: bool = False
