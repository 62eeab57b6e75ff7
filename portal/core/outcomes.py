"""What happened: everyday things as values, which the routes turn into pages; what is not there as the one exception."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal.core.session import SessionRow
from portal.rules.plausible import Doubt
from portal.rules.rights import Refused


class NotThere(Exception):
    """No such thing for this person, whether it does not exist or is not theirs to see: nobody can tell which."""


@dataclass(frozen=True)
class Saved:
    message: str = ""


@dataclass(frozen=True)
class Unchanged:
    """What was asked for is already so (a double click, a page sent twice): nothing was written."""

    message: str = ""


@dataclass(frozen=True)
class Changed:
    """Somebody changed the session since the page was made; `session` is as it stands now."""

    session: SessionRow


@dataclass(frozen=True)
class Stale:
    """Somebody changed the thing since the page was made; whoever shows it reads it anew."""


@dataclass(frozen=True)
class Invalid:
    """The rules accept the act but not these values: a sentence for each field."""

    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Doubtful:
    """Dates that are possible but unlikely: they are asked once more, and the answer comes back under this seal."""

    doubts: Sequence[Doubt]
    seal: str


Outcome = Saved | Unchanged | Changed | Invalid | Refused
# Of an act in which somebody types a date.
Dated = Outcome | Doubtful
