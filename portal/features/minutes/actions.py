"""The signed minutes: the centre deposits them and replaces them, its unit finds them good or refuses them.

Each act says which version it saw: nobody decides on another paper than the one that was read.
"""

from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from portal.core.holding import hold
from portal.core.outcomes import Invalid, Saved, Stale, Unchanged
from portal.core.session import SessionRow
from portal.core.telling import tell_centre
from portal.files.pdf import why_not
from portal.rules.lifecycle import Action
from portal.rules.minutes import Minutes
from portal.rules.rights import Refused, may
from portal.store.minutes import PART, minutes, minutes_part
from portal.store.work import Work

Done = Saved | Unchanged | Stale | Invalid | Refused
MISSING = "Indiquez le motif du refus : le centre le lit, et dépose un autre procès-verbal."


def deposit(work: Work, number: int, seen: int, pdf: bytes) -> Done:
    """Keep this paper as the session's signed minutes, in place of the one before. Raises NotThere."""
    wrong, digest = why_not(pdf), sha256(pdf).hexdigest()
    with hold(work, number) as (tx, s):
        if refused := _stopped(work, s, Action.DEPOSIT_MINUTES):
            return refused
        stands = _standing(tx, number)
        same = stands is not None and stands.digest == digest
        if same and s.minutes is Minutes.DEPOSITED:
            return Unchanged("Ce procès-verbal est déjà déposé.")
        if _version(stands) != seen:
            return Stale()
        if same:
            wrong = "C’est le procès-verbal qui a été refusé : déposez-en un autre."
        if wrong:
            return Invalid({"file": wrong})
        _keep(tx, work, number, seen + 1, pdf, digest)
        return Saved("Procès-verbal déposé.")


def verify(work: Work, number: int, seen: int) -> Done:
    """« PV vérifié »: the unit has read it beside the results. Raises NotThere."""
    with hold(work, number) as (tx, s):
        if refused := _stopped(work, s, Action.CHECK_MINUTES):
            return refused
        if s.minutes is Minutes.VERIFIED:
            return Unchanged("Ce procès-verbal est déjà vérifié.")
        if _version(_standing(tx, number)) != seen:
            return Stale()
        _decide(tx, work, number, seen + 1, Minutes.VERIFIED)
        return Saved("PV vérifié : la session peut être verrouillée.")


def refuse(work: Work, number: int, seen: int, reason: str) -> Done:
    """« PV refusé », with a reason that the centre reads: it deposits another. Raises NotThere."""
    with hold(work, number) as (tx, s):
        if refused := _stopped(work, s, Action.CHECK_MINUTES):
            return refused
        stands = _standing(tx, number)
        if stands is not None and s.minutes is Minutes.REFUSED and stands.reason == reason:
            return Unchanged("Ce procès-verbal est déjà refusé.")
        if _version(stands) != seen:
            return Stale()
        if not reason:
            return Invalid({"reason": MISSING})
        _decide(tx, work, number, seen + 1, Minutes.REFUSED, reason)
        tell_centre(tx, work, s, f"Session {number} : procès-verbal refusé", f"Déposez-en un autre. Motif : {reason}")
        return Saved("PV refusé : le centre est prévenu, et en dépose un autre.")


def _stopped(work: Work, s: SessionRow, action: Action) -> Refused | None:
    verdict = may(s.person(work.actor.role), action, s.facts, work.on.today)
    return verdict if isinstance(verdict, Refused) else None


def _standing(tx: Connection, number: int) -> Row[Any] | None:
    return tx.execute(select(minutes).where(minutes.c.session_id == number)).one_or_none()


def _version(stands: Row[Any] | None) -> int:
    return stands.version if stands is not None else 0


def _keep(tx: Connection, work: Work, number: int, version: int, pdf: bytes, digest: str) -> None:
    for table in (minutes_part, minutes):
        tx.execute(delete(table).where(table.c.session_id == number))
    own = {"version": version, "digest": digest, "bytes": len(pdf), "state": Minutes.DEPOSITED.value, "reason": ""}
    by = {"deposited_at": work.on.now, "deposited_by": work.actor.signature}
    tx.execute(insert(minutes).values(session_id=number, **own, **by))
    starts = range(0, len(pdf), PART)
    rows = [{"session_id": number, "number": i, "data": pdf[start : start + PART]} for i, start in enumerate(starts)]
    tx.execute(insert(minutes_part), rows)
    told = {"minutes": version, "digest": digest, "bytes": len(pdf)}
    work.record(tx, "minutes_deposited", session_id=number, after=told)


def _decide(tx: Connection, work: Work, number: int, version: int, state: Minutes, reason: str = "") -> None:
    by = {"decided_at": work.on.now, "decided_by": work.actor.signature}
    own = {"state": state.value, "version": version, "reason": reason}
    tx.execute(update(minutes).where(minutes.c.session_id == number).values(**own, **by))
    event = "minutes_verified" if state is Minutes.VERIFIED else "minutes_refused"
    work.record(tx, event, session_id=number, after={"minutes": version}, reason=reason)
