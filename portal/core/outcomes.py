"""What happened: everyday things as values, which the routes turn into pages; what is not there as the one exception."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.core.session import SessionRow
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
class Invalid:
    """The rules accept the act but not these values: a sentence for each field."""

    errors: Mapping[str, str] = field(default_factory=dict)


Outcome = Saved | Unchanged | Changed | Invalid | Refused
