"""What every import from a file says of itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

# What a session taken over says instead of a name (domain.md 2).
TAKEN_OVER = "REPRISE"
Progress = Callable[[list[Any]], Iterable[Any]]


@dataclass(frozen=True)
class Imported:
    """How many rows came in anew, and how many that were known have changed; what had to be decided to read the file."""

    added: int = 0
    updated: int = 0
    notes: tuple[str, ...] = ()
