"""Noting who is there, tick by tick, and what happens, on the days of the exam.

A tick says which version of its half-day it was made from: what somebody else noted since is never undone silently. Sent twice it
is kept once, so that a telephone sends again whatever it has no answer for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select, tuple_, update

from portal.clock import PARIS
from portal.core.attendance import Noted, noted, stamp
from portal.core.holding import hold
from portal.core.outcomes import NotThere, Saved, Stale, Unchanged
from portal.core.session import SessionRow
from portal.core.sheet import candidates
from portal.rules.attendance import Half, Slot, not_open
from portal.rules.lifecycle import Action
from portal.rules.lines import CENTRE_KNOWS
from portal.rules.rights import Refused, may
from portal.store.attendance import attendance, incident
from portal.store.work import Work


@dataclass(frozen=True)
class Tick:
    """A candidate on a half-day; `seen`: the version that the page showed, 0 for one that was not noted."""

    candidate_id: int
    half: Half
    present: bool
    seen: int


class Became(StrEnum):
    """What became of a tick: kept (or so already); somebody changed it since, and it stands as it is; no such candidate."""

    KEPT = "kept"
    CHANGED = "changed"
    GONE = "gone"


Answers = Mapping[tuple[int, Half], Became]


def note(work: Work, number: int, on: date, ticks: Iterable[Tick]) -> Answers | Refused:
    """Note who is there on this day: what became of each tick. Raises NotThere."""
    with hold(work, number) as (tx, s):
        if refused := _stopped(work, s, on):
            return refused
        people = {c.id for c in candidates(tx, number)}
        stands = noted(tx, number, on)
        answers: dict[tuple[int, Half], Became] = {}
        fresh: dict[Slot, tuple[bool, int]] = {}
        for tick in ticks:
            slot = (tick.candidate_id, on, tick.half)
            now = stands.get(slot)
            version = now.version if now else 0
            if tick.candidate_id not in people:
                became = Became.GONE
            elif (now is None or now.present != tick.present) and version != tick.seen:
                became = Became.CHANGED
            else:
                became = Became.KEPT
                if now is None or now.present != tick.present:
                    fresh[slot] = (tick.present, version + 1)
            answers[tick.candidate_id, tick.half] = became
        if fresh:
            _keep(tx, work, number, fresh)
        return answers


def in_words(became: Became, now: Noted | None) -> str:
    """What is told of a tick that was not kept; nothing of one that was."""
    if became is Became.GONE:
        return "N’est plus sur la liste des candidats."
    if became is Became.KEPT:
        return ""
    if now is None:
        return "Modifié entre-temps."
    state = "présent(e)" if now.present else "absent(e)"
    return f"Modifié entre-temps par {now.by}, à {now.at.astimezone(PARIS):%H:%M} : {state}."


def _stopped(work: Work, s: SessionRow, on: date) -> Refused | None:
    verdict = may(s.person(work.actor.role), Action.NOTE_DAY, s.facts, work.on.today)
    if isinstance(verdict, Refused):
        return verdict
    why = not_open(s.facts, on, work.on.today)
    return Refused(why, CENTRE_KNOWS) if why else None


def _keep(tx: Connection, work: Work, number: int, fresh: Mapping[Slot, tuple[bool, int]]) -> None:
    a = attendance.c
    tx.execute(delete(attendance).where(a.session_id == number, tuple_(a.candidate_id, a.day, a.half).in_(list(fresh))))
    by = {"session_id": number, "noted_at": work.on.now, "noted_by": work.actor.signature}
    rows = [
        {**by, "candidate_id": who, "day": on, "half": half.value, "present": present, "version": version}
        for (who, on, half), (present, version) in fresh.items()
    ]
    tx.execute(insert(attendance), rows)
    told: dict[str, dict[str, bool]] = {}
    for (who, _, half), (present, _) in fresh.items():
        told.setdefault(half.value, {})[str(who)] = present
    (on,) = {on for _, on, _ in fresh}
    work.record(tx, "attendance_noted", session_id=number, after={"day": on, "noted": told})


def note_incident(work: Work, number: int, on: date, hour: str, text: str) -> Saved | Unchanged | Refused:
    """Write an incident down; the same one again is the second click of two. Raises NotThere."""
    with hold(work, number) as (tx, s):
        if refused := _stopped(work, s, on):
            return refused
        i = incident.c
        known: Sequence[int] = (
            tx.execute(select(i.id).where(i.session_id == number, i.day == on, i.hour == hour, i.text == text)).scalars().all()
        )
        if known:
            return Unchanged("Cet incident est déjà noté.")
        row = {"session_id": number, "day": on, "hour": hour, "text": text}
        row |= {"noted_at": work.on.now, "noted_by": work.actor.signature}
        new = tx.execute(insert(incident).values(**row).returning(i.id)).scalar_one()
        after = {"incident": new, "day": on, "at": hour}
        work.record(tx, "incident_noted", session_id=number, after=after, reason=text)
        return Saved("Incident noté : il figurera au procès-verbal.")


def correct_incident(
    work: Work, number: int, incident_id: int, seen: str, hour: str, text: str
) -> Saved | Unchanged | Stale | Refused:
    """Write an incident down otherwise; what it said stays in the history. `seen`: the stamp of what the page showed. Raises NotThere."""
    with hold(work, number) as (tx, s):
        i = incident.c
        row = tx.execute(select(incident).where(i.id == incident_id, i.session_id == number)).one_or_none()
        if row is None:
            raise NotThere
        if refused := _stopped(work, s, row.day):
            return refused
        if (row.hour, row.text) == (hour, text):
            return Unchanged("Cet incident est déjà noté ainsi.")
        if stamp(row.hour, row.text) != seen:
            return Stale()
        own = {"hour": hour, "text": text, "noted_at": work.on.now, "noted_by": work.actor.signature}
        tx.execute(update(incident).where(i.id == incident_id).values(**own))
        told = {"incident": incident_id, "day": row.day, "at": hour}
        work.record(tx, "incident_corrected", session_id=number, before={"at": row.hour}, after=told, reason=text)
        return Saved("Incident corrigé. L’historique garde ce qui était écrit.")
