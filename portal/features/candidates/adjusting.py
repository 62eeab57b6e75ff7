"""« Aménagements d'épreuves »: noted by the centre, printed for that candidate and the jury, told nowhere else."""

from sqlalchemy import Connection, delete, insert, select, update

from portal.core.holding import hold, stop, write
from portal.core.outcomes import Invalid, NotThere, Outcome, Saved, Unchanged
from portal.features.candidates.queries import Listed, find
from portal.rules.duties import Duty
from portal.rules.lifecycle import Action, Status
from portal.store.adjustments import adjustment, noted
from portal.store.candidates import candidate
from portal.store.personal import new_salt
from portal.store.work import Work


def note_of(conn: Connection, candidate_id: int) -> str:
    """What is noted of this candidate; empty where nothing is."""
    return conn.execute(select(adjustment.c.note).where(adjustment.c.candidate_id == candidate_id)).scalar() or ""


def adjust(work: Work, number: int, version: int, candidate_id: int, note: str) -> Outcome:
    """Note the adjustments of a candidate, change them, or with an empty note take them away. Raises NotThere."""
    if not work.actor.may(Duty.KEEP_ADJUSTMENTS):
        raise NotThere
    with hold(work, number) as (tx, s):
        if stopped := stop(work, s, version, Action.EDIT_CANDIDATES):
            return stopped
        known = find(tx, number, candidate_id)
        if known is None:
            return Invalid({"note": "Ce candidat a été retiré de la session entre-temps."})
        if note == note_of(tx, candidate_id):
            return Unchanged()
        digest = _put(tx, known, note)
        void = known.convened_for is not None
        if void:  # its paper says otherwise: this person is convened again, and nobody else
            tx.execute(update(candidate).where(candidate.c.id == candidate_id).values(convened_for=None))
        write(tx, work, s, "adjustments_noted", {}, after={"candidate": candidate_id, "digest": digest})
        again = " Convoquez cette personne de nouveau." if void and s.status is Status.CONVOKED else ""
        return Saved(f"Aménagements enregistrés.{again}" if note else f"Aménagements retirés.{again}")


def _put(tx: Connection, known: Listed, note: str) -> str | None:
    """Keep this note, in the place of another, or none; the digest that the trail keeps of it."""
    tx.execute(delete(adjustment).where(adjustment.c.candidate_id == known.id))
    if not note:
        return None
    salt = new_salt()
    kept = {"candidate_id": known.id, "session_id": known.session_id, "note": note, "salt": salt, "digest": noted(salt, note)}
    tx.execute(insert(adjustment).values(**kept))
    return kept["digest"]
