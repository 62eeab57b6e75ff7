"""The rows of the list of sessions as it shows them: what many rows share is made once and escaped once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from flask import get_template_attribute
from markupsafe import Markup
from sqlalchemy import Row as Found

from portal.rules.french import day
from portal.rules.todo import Next
from portal.web.tags import STATUS_TAGS

MOST_NAMES = 3


def _say(cell: str, *told: object) -> Markup:
    """A cell in the words of its template, which escapes what it is told."""
    return Markup(get_template_attribute("sessions/_cells.html", cell)(*told))  # noqa: S704


class Row(NamedTuple):
    """The cells of one session."""

    number: Markup
    title: Markup
    start: Markup
    end: Markup
    status: Markup
    todo: Markup


def rows(
    found: Iterable[Found[Any]],
    base: str,
    steps: Mapping[str, Next],
    unit_label: str,
    late: Callable[[Found[Any]], str],
    *,
    own: bool,
    people: Mapping[int, Sequence[str]] | None = None,
) -> list[Row]:
    """`base`: the address of the list, below which each session lives; `late`: since when a session is late, and whose turn
    it is; `own`: a centre's own list, which does not name it; `people`: the candidates by whom a search has found a session."""
    named = people or {}
    return [
        Row(
            Markup(f'<a class="id" href="{base}/{r.number}">{r.number}</a>'),  # noqa: S704 (numbers)
            _title(r.title_label, r.title_code, r.kind, "" if own else r.centre_name, r.department_code, r.place, r.candidates)
            + _people(named.get(r.number, ())),
            day_cell(r.starts_on),
            _end(r.ends_on, r.actual_end_on, r.planned_end_on),
            _status(r.status, r.postponed_case is not None),
            _todo(steps.get(r.step), base, r.number, f"{unit_label} {r.department_code}", late(r)),
        )
        for r in found
    ]


@lru_cache(maxsize=8192)
def _title(label: str, code: str, kind: str, centre: str, department: str, place: str, candidates: int) -> Markup:
    """The title, and under it what tells the session from others."""
    parts = [code, *([kind.upper()] if kind != "titre" else []), *([f"{centre} ({department})"] if centre else [])]
    return _say("title", label, [*parts, *([place] if place else [])], candidates)


def _people(names: Sequence[str]) -> Markup:
    """« candidat : D’AUBIGNÉ Éloïse »"""
    if not names:
        return Markup("")
    return _say("people", names[:MOST_NAMES], max(0, len(names) - MOST_NAMES))


@lru_cache(maxsize=8192)
def day_cell(value: date) -> Markup:
    return Markup(day(value))  # noqa: S704 (digits and slashes)


@lru_cache(maxsize=8192)
def _end(ends_on: date, actual_end_on: date | None, planned_end_on: date | None) -> Markup:
    return _say("end", ends_on, actual_end_on, planned_end_on)


@lru_cache(maxsize=64)
def _status(status: str, moved: bool) -> Markup:
    return STATUS_TAGS[status] + (_say("moved") if moved else Markup(""))


def _todo(step: Next | None, base: str, number: int, unit: str, late: str) -> Markup:
    """The step that this person takes, as a link, or what it waits for; and, of a session that is late, since when and whose
    turn it is."""
    since = _waits(late, unit, "late") if late else Markup("")
    if step is None:
        return since or _nothing()
    if not step.act:
        return since or _waits(step.label, unit)
    return _link(base, step.place, step.label).format(number) + since


@lru_cache(maxsize=256)
def _link(base: str, place: str, label: str) -> Markup:
    """To a step of any session, with {0} where its number goes."""
    return _say("todo", f"{base}/{{0}}{place}", label, "{0}")


@lru_cache(maxsize=1)
def _nothing() -> Markup:
    return _say("nothing")


@lru_cache(maxsize=1024)
def _waits(label: str, unit: str, how: str = "waits") -> Markup:
    return _say(how, label, unit)
