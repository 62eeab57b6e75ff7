"""Closing a signal with a note; drawing sessions for a visit, by a seed that is kept."""

import secrets
from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from portal.core.outcomes import Invalid, NotThere, Saved, Unchanged
from portal.features.oversight.signals import signals
from portal.rules.duties import Duty
from portal.rules.lifecycle import Status
from portal.rules.signals import Signal
from portal.store.oversight import draw, signal_note
from portal.store.scope import departments_of
from portal.store.sessions import exam_session
from portal.store.work import Work

MOST_DRAWN = 50


def close(work: Work, kind: Signal, about: str, figures: str, note: str) -> Saved | Unchanged | Invalid:
    """Close a signal with what was found out. Other figures open it again."""
    if not work.actor.may(Duty.CLOSE_SIGNALS):
        raise NotThere
    if not note:
        return Invalid({"note": "Écrivez ce que vous avez vérifié : la note reste."})
    try:
        with work.db.writing() as tx:
            seen = next(
                (x for x in signals(tx, work.actor, work.on.today, kind) if (x.about, x.figures) == (about, figures)), None
            )
            if seen is None:
                return Invalid({"note": "Ce signal a changé entre-temps : relisez ses chiffres."})
            key = {"kind": kind.value, "about": about, "figures": figures}
            if tx.execute(select(signal_note.c.id).where(*(signal_note.c[n] == v for n, v in key.items()))).scalar():
                return Unchanged("Ce signal est déjà clos.")
            values = {**key, "department_code": seen.department_code, "note": note, "at": work.on.now, "by": work.actor.signature}
            number = tx.execute(insert(signal_note).values(**values).returning(signal_note.c.id)).scalar_one()
            told = {"signal": kind.value, "note": number, "digest": sha256(f"{about} {figures}".encode()).hexdigest()}
            work.record(tx, "signal_closed", subject=f"signal {number}", after=told, reason=note)
    except IntegrityError:  # two agents at the same moment
        return Unchanged("Ce signal est déjà clos.")
    return Saved("Signal clos. Votre note est gardée.")


def chosen(seed: str, numbers: Sequence[int], size: int) -> list[int]:
    """The draw itself: the sessions whose digest under the seed comes first. Anybody can do it again with the seed."""
    return sorted(sorted(numbers, key=lambda n: sha256(f"{seed}:{n}".encode()).hexdigest())[:size])


def population(conn: Connection, department: str, start: date, end: date) -> list[int]:
    """The sessions from which is drawn: those that begin between two days and are not cancelled."""
    where = (
        exam_session.c.department_code == department,
        exam_session.c.starts_on.between(start, end),
        exam_session.c.status != Status.CANCELLED.value,
    )
    return list(conn.execute(select(exam_session.c.id).where(*where).order_by(exam_session.c.id)).scalars())


def draw_sessions(work: Work, department: str, start: date, end: date, size: int) -> int | Invalid:
    """Draw so many sessions at random; the number of the draw. The seed is made here, by the server, and kept with it."""
    if department not in departments_of(work.actor):
        raise NotThere
    if end < start:
        return Invalid({"end": "La fin de la période suit son début."})
    with work.db.writing() as tx:
        numbers = population(tx, department, start, end)
        if not numbers:
            return Invalid({"start": "Aucune session ne commence dans cette période : élargissez-la."})
        seed = secrets.token_hex(16)
        drawn = chosen(seed, numbers, size)
        among = " ".join(map(str, numbers))
        values = {
            "department_code": department,
            "seed": seed,
            "starts_from": start.isoformat(),
            "starts_to": end.isoformat(),
            "drawn_from": among,
            "drawn": " ".join(map(str, drawn)),
            "at": work.on.now,
            "by": work.actor.signature,
        }
        number = int(tx.execute(insert(draw).values(values).returning(draw.c.id)).scalar_one())
        told = {
            "draw": number,
            "seed": seed,
            "among": len(numbers),
            "drawn": drawn,
            "digest": sha256(among.encode()).hexdigest(),
        }
        work.record(tx, "sessions_drawn", subject=f"draw {number}", after=told)
    return number
