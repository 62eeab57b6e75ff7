"""What the deposit asks of a candidate (rules.civil): given, completed, and known from before."""

from sqlalchemy import Connection, select, update

from portal.core.civil import of_row
from portal.core.holding import hold, stop, write
from portal.core.outcomes import Invalid, Outcome, Saved, Unchanged
from portal.features.candidates.queries import Listed, find
from portal.features.candidates.recorded import civil_of
from portal.rules.civil import COLUMNS, Civil, contradiction
from portal.rules.lifecycle import Action
from portal.rules.names import full_name
from portal.store.candidates import candidate
from portal.store.sessions import exam_session
from portal.store.work import Work


def give_civil(work: Work, number: int, version: int, candidate_id: int, civil: Civil) -> Outcome:
    """Keep what is known of a candidate's civil status. Raises NotThere."""
    with hold(work, number) as (tx, s):
        if stopped := stop(work, s, version, Action.GIVE_CIVIL):
            return stopped
        old = find(tx, number, candidate_id)
        if old is None:
            return Invalid({"birth_name": "Ce candidat a été retiré de la session entre-temps."})
        if wrong := contradiction(civil):
            return Invalid(wrong)
        changed = {name: getattr(civil, name) for name in COLUMNS if getattr(old, name) != getattr(civil, name)}
        if not changed:
            return Unchanged()
        tx.execute(update(candidate).where(candidate.c.id == candidate_id).values(**changed))
        told = civil_of(candidate_id, changed, was=old._asdict(), became=changed)
        write(tx, work, s, "civil_given", {}, after={"candidate": candidate_id, "fields": list(changed), "civil": told})
        return Saved(f"{full_name(old.last_name, old.first_name)} : état civil enregistré.")


def offered(conn: Connection, centre_id: int, who: Listed) -> Civil:
    """What the form begins with: what is known, or what the same centre told of this person in another session; the name on the
    list, for the birth name that is not known yet."""
    known = of_row(who)
    if not known.known:
        c = candidate.c
        before = (
            select(candidate)
            .join(exam_session, exam_session.c.id == c.session_id)
            .where(
                c.sort_key == who.sort_key, c.born_on == who.born_on, c.birth_name != "", exam_session.c.centre_id == centre_id
            )
            .order_by(c.session_id.desc())
            .limit(1)
        )
        row = conn.execute(before).first()
        known = of_row(row) if row else Civil(birth_name=who.last_name if len(who.last_name) <= 60 else "")
    return known
