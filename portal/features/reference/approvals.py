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
from portal.files.reading import read
from portal.rules.duties import Duty
from portal.rules.french import day
from portal.store.actors import Actor
from portal.store.places import centre
from portal.store.scope import within
from portal.store.text import fold
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


def add(work: Work, new: NewApproval) -> Saved | Unchanged | Invalid:
    """A new approval, or other dates of one whose number is known."""
    if not work.actor.may(Duty.KEEP_APPROVALS):
        raise NotThere
    with work.db.writing() as tx:
        errors, row = _checked(tx, new)
        if errors:
            return Invalid(errors)
        if not _write(tx, work, row, new.title_code):
            return Unchanged("Cet agrément est déjà enregistré.")
    return Saved(f"Agrément {new.number} enregistré.")


def _checked(tx: Connection, new: NewApproval) -> tuple[dict[str, str], dict[str, Any]]:
    centre_id = tx.execute(select(centre.c.id).where(centre.c.siret == new.siret)).scalar()
    title_id = tx.execute(select(title.c.id).where(title.c.code == new.title_code)).scalar()
    errors = {}
    if centre_id is None:
        errors["siret"] = f"Aucun centre n’a le SIRET {new.siret}."
    if title_id is None:
        errors["title"] = f"Le titre « {new.title_code} » est inconnu."
    if new.valid_to < new.valid_from:
        errors["valid_to"] = f"La fin ne peut pas précéder le début ({day(new.valid_from)})."
    old = tx.execute(select(approval).where(approval.c.number == new.number)).one_or_none()
    if old and not errors and (old.centre_id, old.title_id) != (centre_id, title_id):
        errors["number"] = f"L’agrément {new.number} existe déjà, pour un autre centre ou un autre titre."
    same = select(approval.c.number).where(
        approval.c.centre_id == centre_id,
        approval.c.title_id == title_id,
        approval.c.valid_from == new.valid_from,
        approval.c.number != new.number,
    )
    if not errors and (number := tx.execute(same).scalar()):
        errors["valid_from"] = f"L’agrément {number} de ce centre pour ce titre commence déjà ce jour-là."
    row = {
        "number": new.number,
        "centre_id": centre_id,
        "title_id": title_id,
        "valid_from": new.valid_from,
        "valid_to": new.valid_to,
    }
    return errors, row


def _write(tx: Connection, work: Work, row: dict[str, Any], code: str) -> bool | Mapping[str, Any]:
    """Whether it was added; of one that was known, what its dates were, if they change. Its centre's history tells it."""
    old = tx.execute(select(approval).where(approval.c.number == row["number"])).one_or_none()
    subject, dates = about("centre", row["centre_id"]), {name: row[name] for name in DATES}
    after = {"approval": row["number"], "title": code, **dates}
    if old is None:
        tx.execute(insert(approval).values(**row))
        work.record(tx, "approval_opened", subject=subject, after=after)
        return True
    was = {name: getattr(old, name) for name in DATES}
    if was == dates:
        return False
    tx.execute(update(approval).where(approval.c.id == old.id).values(**dates))
    work.record(tx, "approval_changed", subject=subject, before=was, after=after)
    return was


def import_approvals(work: Work, data: bytes | Found) -> Imported:
    """`number;siret;title;valid_from;valid_to`. A known number gets its new dates. Raises BadFile; then nothing is written."""
    errors, lines = Errors(), read(data, COLUMNS)
    seen, starts = dict[str, int](), dict[tuple[str, str, date], int]()
    added, was = 0, {}
    with work.db.writing() as tx:
        for line in lines:
            number = line.get("number", text_of(30), errors)
            siret = line.get("siret", siret_of, errors)
            code = line.get("title", code_of, errors)
            start, end = line.get("valid_from", day_of, errors), line.get("valid_to", day_of, errors)
            if not (number and siret and code and start and end):
                continue
            if seen.setdefault(number, line.number) != line.number:
                errors.add(line.number, f"number : l’agrément {number} est déjà à la ligne {seen[number]}")
                continue
            if (first := starts.setdefault((siret, code, start), line.number)) != line.number:
                errors.add(line.number, f"valid_from : la ligne {first} donne déjà un agrément au même centre, du même jour")
                continue
            wrong, row = _checked(tx, NewApproval(number, siret, code, start, end))
            for field, message in wrong.items():
                errors.add(line.number, f"{field} : {message.rstrip('.')}")
            done = _write(tx, work, row, code) if not errors.found else False
            if isinstance(done, Mapping):
                was[line.number] = done
            added += done is True
        errors.stop_if_any()
    return Imported(added, len(was), lines.notes, was)
