"""Taking over what a file holds, by whose duty it is: tried first, so that what it would change is read before it is so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError

from portal.core.imports import Imported
from portal.core.outcomes import Invalid, NotThere
from portal.features.taking_over.kinds import Kind
from portal.files.found import Found
from portal.rules.french import day, plural
from portal.store.work import Work

SHOWN = 50
MEANWHILE = (
    "Quelqu’un a enregistré les mêmes choses en ce moment même : choisissez le fichier de nouveau. Rien n’a été enregistré."
)


@dataclass(frozen=True)
class Line:
    """One line of a preview: its cells by the names of their columns, and what those that change held."""

    number: int
    cells: Mapping[str, str]
    was: Mapping[str, str]


@dataclass(frozen=True)
class Preview:
    """What a file would bring: how many things that are new, that change and that stand already; the first of the two, and what
    had to be decided to read it."""

    added: int
    changed: int
    same: int
    fresh: Sequence[Line]
    differing: Sequence[Line]
    notes: Sequence[str]


def rehearse(work: Work, kind: Kind, found: Found) -> Preview | Invalid:
    """What taking this file over would do; nothing is written. Raises BadFile with every error on its line, NotThere."""
    done = take_over(work.rehearsing(), kind, found, "")
    if isinstance(done, Invalid):
        return done
    lines, new = list(_lines(kind, found)), set(done.fresh)
    fresh = [Line(number, cells, {}) for number, cells in lines if number in new]
    differing = [Line(number, cells, _held(kind, done.was[number])) for number, cells in lines if number in done.was]
    same = len(lines) - len(fresh) - len(differing)
    return Preview(len(fresh), len(differing), same, fresh[:SHOWN], differing[:SHOWN], done.notes)


def take_over(work: Work, kind: Kind, found: Found, key: str) -> Imported | Invalid:
    """Take this file over, all of it or nothing; `key`: of its form. Invalid where somebody wrote the same things at this
    very moment. Raises BadFile with every error on its line, NotThere for whose duty it is not."""
    if not work.actor.may(kind.duty):
        raise NotThere
    try:
        return kind.act(work, found, key)
    except IntegrityError:
        return Invalid({"file": MEANWHILE})


def told(done: Imported) -> str:
    """What happened, as a sentence."""
    if not done.added and not done.updated:
        return "Ce fichier est déjà importé : rien n’a changé."
    new = plural(done.added, "nouvelle ligne", "nouvelles lignes")
    return f"Fichier importé : {new}, {plural(done.updated, 'ligne modifiée', 'lignes modifiées')}."


def _lines(kind: Kind, found: Found) -> Iterator[tuple[int, Mapping[str, str]]]:
    (_, head), *body = found.rows
    names = [kind.columns.get(code, code) for code in head]
    words = [kind.words.get(code, {}) for code in head]
    for number, cells in body:
        yield number, {n: w.get(cell, cell) for n, w, cell in zip(names, words, cells, strict=False)}


def _held(kind: Kind, was: Mapping[str, Any]) -> dict[str, str]:
    return {kind.columns[code]: _shown(value) for code, value in was.items()}


def _shown(value: object) -> str:
    return day(value) if isinstance(value, date) else "" if value is None else str(value)
