"""The rows of the list of sessions as it shows them: whoever comes back to a list meets most of its rows again, so each is made
once for all who read it alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup
from sqlalchemy import Row

from portal.rules.todo import Next
from portal.web.typography import SET, spaced

MOST_NAMES = 3


@dataclass(frozen=True, eq=False)
class Look:
    """How rows are looked at; one and the same each time, since rows are told apart by it. `base`: the address of the list, below
    which each session lives; `own`: a centre's own list, which does not name it; `acts`: by somebody who acts on sessions; `of_late`:
    a list of those that are late; `late`: since when a session is, and whose turn it is."""

    base: str
    unit_label: str
    own: bool
    acts: bool
    of_late: bool
    steps: Mapping[str, Next]
    late: Callable[[Row[Any]], str]


def rows(found: Sequence[Row[Any]], as_: Look, people: Mapping[int, Sequence[str]]) -> Markup:
    """The rows in HTML. `people`: the candidates by whom a search has found a session."""
    each = (_row(r, as_, people.get(r.number, ())) for r in found) if people else map(_kept, found, repeat(as_))
    return Markup("".join((SET, *each, SET)))  # noqa: S704 (each is escaped)


def _row(r: Row[Any], as_: Look, names: Sequence[str] = ()) -> str:
    kind = [] if r.kind == "titre" else [r.kind.upper()]
    centre = [] if as_.own else [f"{r.centre_name} ({r.department_code})"]
    html = get_template_attribute("sessions/_row.html", "row")(
        r,
        as_,
        parts=[r.title_code, *kind, *centre, *([r.place] if r.place else [])],
        people=names[:MOST_NAMES],
        more=max(0, len(names) - MOST_NAMES),
        step=as_.steps.get(r.step),
        late=as_.late(r),
    )
    return spaced(html.encode())


_kept = lru_cache(maxsize=4096)(_row)  # none with the name of a person
