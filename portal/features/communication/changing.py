"""A letter that is published is changed, or withdrawn: those who have read it already do not read it otherwise unawares."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.exc import IntegrityError

from portal.core.outcomes import Invalid, NotThere, Saved, Unchanged
from portal.features.communication.letters import NewLetter, taken, told_of
from portal.features.communication.papers import drop
from portal.rules.duties import Duty
from portal.store.notices import letter
from portal.store.work import Work


@dataclass(frozen=True)
class Stale:
    """Somebody changed the letter since the page was made."""

    version: int


def change(work: Work, letter_id: int, version: int, new: NewLetter, key: str = "") -> Saved | Unchanged | Invalid | Stale:
    """Replace what the letter says, to whom, and its PDF. Raises NotThere, also where it is withdrawn."""
    try:
        return _change(work, letter_id, version, new, key)
    except IntegrityError:  # at the very same moment another took the number
        with work.db.reading() as conn:
            return taken(conn, new.number or 0)


def _change(work: Work, letter_id: int, version: int, new: NewLetter, key: str) -> Saved | Unchanged | Invalid | Stale:
    with work.db.writing() as tx:
        row = _hold(tx, work, letter_id)
        values = {**new.columns, "number": new.number or row.number}
        before = {name: row._mapping[name] for name in values}
        if before == values:
            return Unchanged("Rien n’a changé.")
        if row.version != version:
            return Stale(row.version)
        other = select(letter.c.id).where(letter.c.number == values["number"], letter.c.id != letter_id)
        if tx.execute(other).first():
            return taken(tx, values["number"])
        tx.execute(update(letter).where(letter.c.id == letter_id).values(**values, version=letter.c.version + 1))
        drop(tx, work.form_key("letter", key))
        subject = f"letter {letter_id}"
        told = told_of(letter_id, values)
        work.record(tx, "letter_changed", subject=subject, before=told_of(letter_id, before), after=told)
    return Saved(f"Lettre n° {values['number']} modifiée.")


def withdraw(work: Work, letter_id: int) -> Saved:
    """Nobody reads it any more but the national account, which sees that it was withdrawn. Raises NotThere."""
    with work.db.writing() as tx:
        row = _hold(tx, work, letter_id)
        tx.execute(update(letter).where(letter.c.id == letter_id).values(withdrawn_at=work.on.now, version=letter.c.version + 1))
        work.record(tx, "letter_withdrawn", subject=f"letter {letter_id}", before={"number": row.number, "title": row.title})
    return Saved(f"Lettre n° {row.number} retirée : plus personne ne la lit.")


def _hold(tx: Connection, work: Work, letter_id: int) -> Row[Any]:
    query = select(letter).where(letter.c.id == letter_id, letter.c.withdrawn_at.is_(None)).with_for_update()
    row = tx.execute(query).one_or_none()
    if row is None or not work.actor.may(Duty.WRITE_LETTERS):
        raise NotThere
    return row
