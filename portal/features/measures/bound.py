"""What the event of a run binds: the run's number, how many lines it has, and the digest over them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Bound:
    run: int
    lines: int
    digest: str


# The keys of an event, and those of events written before they were in codes.
KEYS = (("run", "lines", "digest"), ("passage", "lignes", "empreinte"))


def bound_by(after: str) -> Bound:
    """What this event of a measure holds, as it stands in the trail. Raises KeyError for another event."""
    return bound_in(json.loads(after))


def bound_in(values: Mapping[str, Any]) -> Bound:
    """The same of an event that is read already."""
    keys = next((keys for keys in KEYS if keys[0] in values), KEYS[0])
    return Bound(*(values[key] for key in keys))
