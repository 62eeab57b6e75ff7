"""Approvals (agréments): who examines for which title, from when to when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from portal.core.imports import Imported
from portal.core.keeping import about
from portal.core.outcomes import Invalid, NotThere, Saved, Unchanged
from portal.files.errors import Errors
from portal.files.found import Found
from portal.files.parsers import code_of, day_of, siret_of, text_of
from portal.files.reading import Line, read
from portal.rules.duties import Duty
from portal.rules.french import day
from portal.store.actors import Actor
from portal.store.audit import Event
from portal.store.batches import batches
from portal.store.places import centre
from portal.store.scope import within
from portal.store.text import digits_in, fold
from portal.store.titles import approval, title
from portal.store.work import Work

COLUMNS = ("number", "siret", "title", "valid_from", "valid_to")
DATES = ("valid_from", "valid_to")
MOST_SHOWN = 200


def approvals(conn: Connection, actor: Actor, search: str) -> Sequence[Row[Any]]:
    """The approvals that this person may see, by centre and title, two hundred at most."""
    query = (
        select(approval, centre.c.name, centre.c.siret, centre.c.department_code, title.c.code, title.c.label)
        .join(centre, centre.c.id == approval.c.centre_id)
        .join(title, title.c.id == approval.c.title_id)
        .where(within(actor, centre.c.department_code, centre.c.id))
        .order_by(centre.c.search_key, title.c.code, approval.c.valid_from.desc())
        .limit(MOST_SHOWN)
    )
    if digits := digits_in(search):
        return conn.execute(query.where(or_(centre.c.siret.startswith(digits), approval.c.number == search.strip()))).all()
    for word in fold(search).split()[:5]:
        like = (centre.c.search_key.contains(word), title.c.search_key.contains(word), centre.c.siret.startswith(word))
        query = query.where(or_(*like, approval.c.number == search.strip()))
    return conn.execute(query).all()


@dataclass(frozen=True)
class NewApproval:
    number: str
    siret: str
    title_code: str
    valid_from: date
    valid_to: date


Start = tuple[int, int, date]


@dataclass(frozen=True)
class _There:
    """What these approvals are held against: centres by SIRET, titles by code, approvals by number, and by centre, title and
    first day the number of the one that begins then."""

    centres: dict[str, int]
    titles: dict[str, int]
    numbers: dict[str, Row[Any]]
    starts: dict[Start, str]


def _there(tx: Connection, wanted: Sequence[NewApproval]) -> _There:
    titles = {row.code: row.id for row in tx.execute(select(title.c.code, title.c.id))}
    there = _There({}, titles, {}, {})
    for some in batches(wanted, 2000):
        sirets = [new.siret for new in some]
        there.centres.update((row.siret, row.id) for row in tx.execute(select(centre).where(centre.c.siret.in_(sirets))))
        near = or_(approval.c.number.in_([new.number for new in some]), centre.c.siret.in_(sirets))
        for row in tx.execute(select(approval).join(centre, centre.c.id == approval.c.centre_id).where(near)):
            there.numbers[row.number] = row
            there.starts[row.centre_id, row.title_id, row.valid_from] = row.number
    return there


def _checked(there: _There, new: NewApproval) -> tuple[dict[str, str], dict[str, Any]]:
    """What is wrong of an approval, by field, and its columns."""
    centre_id, title_id = there.centres.get(new.siret), there.titles.get(new.title_code)
    errors = {}
    if centre_id is None:
        errors["siret"] = f"Aucun centre n’a le SIRET {new.siret}."
    if title_id is None:
        errors["title"] = f"Le titre « {new.title_code} » est inconnu."
    if new.valid_to < new.valid_from:
        errors["valid_to"] = f"La fin ne peut pas précéder le début ({day(new.valid_from)})."
    row = {
        "number": new.number,
        "centre_id": centre_id,
        "title_id": title_id,
        "valid_from": new.valid_from,
        "valid_to": new.valid_to,
    }
    if centre_id is None or title_id is None or errors:
        return errors, row
    old = there.numbers.get(new.number)
    if old and (old.centre_id, old.title_id) != (centre_id, title_id):
        errors["number"] = f"L’agrément {new.number} existe déjà, pour un autre centre ou un autre titre."
    same = there.starts.get((centre_id, title_id, new.valid_from), new.number)
    if not errors and same != new.number:
        errors["valid_from"] = f"L’agrément {same} de ce centre pour ce titre commence déjà ce jour-là."
    return errors, row


def _kept(there: _There, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the dates of the approval of this number were, where they change; nothing of a new one; None where all stands."""
    old = there.numbers.get(row["number"])
    was = {name: getattr(old, name) for name in DATES} if old else {}
    if was == {name: row[name] for name in DATES}:
        return None
    if old:
        there.starts.pop((old.centre_id, old.title_id, old.valid_from), None)
    there.starts[row["centre_id"], row["title_id"], row["valid_from"]] = row["number"]
    return was


def _write(tx: Connection, work: Work, kept: Sequence[tuple[dict[str, Any], dict[str, Any], str]]) -> None:
    """Write approvals: the columns of each, what its dates were, and its title's code. The history of its centre tells it."""
    events = []
    for row, was, code in kept:
        dates = {name: row[name] for name in DATES}
        after = {"approval": row["number"], "title": code, **dates}
        subject = about("centre", row["centre_id"])
        events.append(Event("approval_changed" if was else "approval_opened", subject=subject, before=was, after=after))
        if was:
            tx.execute(update(approval).where(approval.c.number == row["number"]).values(**dates))
    if fresh := [row for row, was, _ in kept if not was]:
        tx.execute(insert(approval), fresh)
    work.record_all(tx, events)


def add(work: Work, new: NewApproval) -> Saved | Unchanged | Invalid:
    """A new approval, or other dates of one whose number is known."""
    if not work.actor.may(Duty.KEEP_APPROVALS):
        raise NotThere
    with work.db.writing() as tx:
        there = _there(tx, [new])
        errors, row = _checked(there, new)
        if errors:
            return Invalid(errors)
        was = _kept(there, row)
        if was is None:
            return Unchanged("Cet agrément est déjà enregistré.")
        _write(tx, work, [(row, was, new.title_code)])
    return Saved(f"Agrément {new.number} enregistré.")


def import_approvals(work: Work, data: bytes | Found) -> Imported:
    """`number;siret;title;valid_from;valid_to`. A known number gets its new dates. Raises BadFile; then nothing is written."""
    errors, lines = Errors(), read(data, COLUMNS)
    wanted = {line.number: new for line in lines if (new := _read(line, errors))}
    _once(wanted, errors)
    kept: dict[int, tuple[dict[str, Any], dict[str, Any], str]] = {}
    with work.db.writing() as tx:
        there = _there(tx, list(wanted.values()))
        for number, new in wanted.items():
            wrong, row = _checked(there, new)
            for field, message in wrong.items():
                errors.add(number, f"{field} : {message.rstrip('.')}")
            if not wrong and (was := _kept(there, row)) is not None:
                kept[number] = row, was, new.title_code
        errors.stop_if_any()
        _write(tx, work, list(kept.values()))
    changed = {number: was for number, (_, was, _) in kept.items() if was}
    return Imported(len(kept) - len(changed), len(changed), lines.notes, changed, kept.keys() - changed.keys())


def _read(line: Line, errors: Errors) -> NewApproval | None:
    """The approval of a line; None where a cell is wrong, which is noted."""
    number = line.get("number", text_of(30), errors)
    siret = line.get("siret", siret_of, errors)
    code = line.get("title", code_of, errors)
    start, end = line.get("valid_from", day_of, errors), line.get("valid_to", day_of, errors)
    return NewApproval(number, siret, code, start, end) if number and siret and code and start and end else None


def _once(wanted: dict[int, NewApproval], errors: Errors) -> None:
    """No number stands twice in a file, and no centre begins twice for a title on the same day; the first of both is kept."""
    numbers, starts = dict[str, int](), dict[tuple[str, str, date], int]()
    for line, new in list(wanted.items()):
        if (first := numbers.setdefault(new.number, line)) != line:
            errors.add(line, f"number : l’agrément {new.number} est déjà à la ligne {first}")
        elif (first := starts.setdefault((new.siret, new.title_code, new.valid_from), line)) != line:
            errors.add(line, f"valid_from : la ligne {first} donne déjà un agrément au même centre, du même jour")
        else:
            continue
        del wanted[line]
