"""The jury of one session: who sits, and whom of the candidates its members have trained."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from portal.core.finding import find
from portal.core.holding import hold, stop, write
from portal.core.outcomes import Invalid, NotThere, Outcome, Saved, Unchanged
from portal.core.session import SessionRow
from portal.core.sheet import candidates
from portal.features.jury.queries import Seat, pickable, seated
from portal.rules.checks import SMALLEST_JURY
from portal.rules.french import day, of, plural
from portal.rules.lifecycle import Action, Status
from portal.rules.rights import does
from portal.store.jury import jury_member, session_jury, trainer_link
from portal.store.work import Work


@dataclass(frozen=True)
class SitsElsewhere(Invalid):
    """The member sits in another session on one of these days: it is said, and asked again."""

    seat: Seat | None = None


def seat(work: Work, number: int, version: int, member_id: int, *, although_elsewhere: bool = False) -> Outcome:
    """Put a member on the jury of a session. Raises NotThere."""
    with hold(work, number) as (tx, s):
        if does(work.actor.role, Action.EDIT_JURY) and _sits(tx, number, member_id):
            return Unchanged("Ce membre siège déjà au jury.")
        if stopped := stop(work, s, version, Action.EDIT_JURY):
            return stopped
        found = _pick(tx, work, s, member_id)
        if found is None:
            return Invalid({"member": "Choisissez un membre dans la liste."})
        if found.why_not:
            return Invalid({"member": f"{found.name} ne peut pas siéger. {found.why_not}"})
        if found.elsewhere and not although_elsewhere:
            return SitsElsewhere({"member": elsewhere_in_words(found)}, seat=found)
        tx.execute(insert(session_jury).values(session_id=number, member_id=member_id))
        write(tx, work, s, "jury_seated", {}, after=_told(found))
        return Saved(f"{found.name} siège au jury.")


def unseat(work: Work, number: int, version: int, member_id: int) -> Outcome:
    """Take a member off the jury. Once the DTE is asked for, two accredited members must remain. Raises NotThere."""
    with hold(work, number) as (tx, s):
        if does(work.actor.role, Action.EDIT_JURY) and not _sits(tx, number, member_id):
            return Unchanged("Ce membre ne siège pas au jury.")
        if stopped := stop(work, s, version, Action.EDIT_JURY):
            return stopped
        seats = seated(tx, work.actor, s)
        gone = next(seat for seat in seats if seat.id == member_id)
        remaining = [seat for seat in seats if seat.id != member_id and seat.why_not is None]
        if s.status is not Status.PREPARATION and gone.why_not is None and len(remaining) < SMALLEST_JURY:
            return Invalid({"member": f"Le DTE est demandé : ajoutez d’abord le remplaçant {of(gone.name)}, puis retirez-le."})
        tx.execute(delete(session_jury).where(session_jury.c.session_id == number, session_jury.c.member_id == member_id))
        write(tx, work, s, "jury_unseated", {}, after={"member": gone.id, **_names([gone])})
        return Saved(f"{gone.name} ne siège plus au jury.")


def declare_links(work: Work, number: int, version: int, links: Collection[tuple[int, int]]) -> Outcome:
    """Say which members of the jury trained which candidates: all the (member, candidate) pairs of the session. Raises NotThere."""
    with hold(work, number) as (tx, s):
        if stopped := stop(work, s, version, Action.EDIT_JURY):
            return stopped
        seats = {seat.id: seat for seat in seated(tx, work.actor, s)}
        names = {c.id: c.name for c in candidates(tx, number)}
        wanted = {(m, c) for m, c in links if m in seats and c in names}
        stored = {(seat.id, c) for seat in seats.values() for c in seat.trained}
        if wanted == stored:
            return Unchanged("Ces liens sont déjà déclarés.")
        twice = [names[c] for c, count in Counter(c for _, c in wanted).items() if count > 1]
        if twice and s.status is not Status.PREPARATION:
            return Invalid({"links": two_trainers_in_words(twice) + " Le DTE est demandé : remplacez d’abord l’un d’eux."})
        tx.execute(delete(trainer_link).where(trainer_link.c.session_id == number))
        if wanted:
            tx.execute(
                insert(trainer_link), [{"session_id": number, "member_id": m, "candidate_id": c} for m, c in sorted(wanted)]
            )
        linked = [seats[m] for m in sorted({m for m, _ in wanted | stored})]
        after = {"links": sorted(wanted), **_names(linked)}
        write(tx, work, s, "jury_links", {}, before={"links": sorted(stored)}, after=after)
        return Saved(f"{plural(len(wanted), 'lien déclaré', 'liens déclarés')}.")


def seat_again(tx: Connection, work: Work, earlier: int, number: int) -> list[str]:
    """On a session just created: the members of an earlier session's jury who are accredited on its start date. Nobody sits
    where the earlier session is not this person's."""
    try:
        old, new = (find(tx, work.actor, n, work.unit_label) for n in (earlier, number))
    except NotThere:
        return []
    wanted = {s.id for s in seated(tx, work.actor, old)}
    found = [s for s in pickable(tx, work.actor, new) if s.id in wanted and s.why_not is None]
    for s in found:
        tx.execute(insert(session_jury).values(session_id=number, member_id=s.id))
        work.record(tx, "jury_seated", session_id=number, after={**_told(s), "again_from": earlier})
    return [s.name for s in found]


def _told(seat: Seat) -> dict[str, Any]:
    return {"member": seat.id, "elsewhere": bool(seat.elsewhere), **_names([seat])}


def _names(seats: Iterable[Seat]) -> dict[str, Any]:
    """What an event keeps of the members that it names by number: their names on that day, in this one place."""
    return {"jury": {str(seat.id): seat.name for seat in seats}}


def elsewhere_in_words(seat: Seat) -> str:
    """« NOM Prénom siège déjà du 22/06/2020 au 26/06/2020 (session 224566). » A session of others has no number here."""
    said = ", ".join(
        f"du {day(o.starts_on)} au {day(o.ends_on)} ({f'session {o.number}' if o.number else 'dans un autre centre'})"
        for o in seat.elsewhere
    )
    return f"{seat.name} siège déjà {said}."


def two_trainers_in_words(names: Collection[str]) -> str:
    who = ", ".join(sorted(names)[:5]) + (" et d’autres" if len(names) > 5 else "")
    return f"Deux membres du jury ont formé {who} : un seul de ses formateurs peut siéger."


def _sits(tx: Connection, number: int, member_id: int) -> bool:
    sits = select(session_jury.c.member_id).where(session_jury.c.session_id == number, session_jury.c.member_id == member_id)
    return tx.execute(sits).first() is not None


def _pick(tx: Connection, work: Work, s: SessionRow, member_id: int) -> Seat | None:
    row = tx.execute(select(jury_member).where(jury_member.c.id == member_id).with_for_update()).one_or_none()
    if row is None:
        return None
    return next((seat for seat in pickable(tx, work.actor, s, row.sort_key) if seat.id == member_id), None)
