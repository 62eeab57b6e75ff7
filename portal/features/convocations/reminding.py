"""A reminder of the exam, three days before its first day, where the centre asked for it: once, to whoever has an address."""

from datetime import timedelta

from sqlalchemy import Connection, Select, delete, insert, select

from portal.core.convening import invitation
from portal.core.finding import find
from portal.core.holding import hold
from portal.core.links import CANDIDATE, REMINDER
from portal.core.outcomes import NotThere, Saved, Unchanged
from portal.core.session import SessionRow
from portal.core.telling import Message, mail_row
from portal.features.convocations.actions import NOT_YET, Done
from portal.rules.duties import Duty
from portal.rules.lifecycle import Status
from portal.store.candidates import candidate
from portal.store.conditions import first_day
from portal.store.links import exam_reminder, personal_link
from portal.store.notices import mail
from portal.store.sessions import exam_session
from portal.store.work import Work

DAYS_BEFORE = 3


def wanted(conn: Connection, number: int) -> bool:
    """Whether the candidates of this session will be reminded."""
    return conn.execute(select(exam_reminder).where(exam_reminder.c.session_id == number)).first() is not None


def want(work: Work, number: int, *, reminds: bool) -> Done:
    """The centre asks for the reminder, or does no longer. Raises NotThere."""
    if not work.actor.may(Duty.KEEP_LINKS):
        raise NotThere
    with hold(work, number) as (tx, s):
        if s.status is not Status.CONVOKED:
            return NOT_YET
        if wanted(tx, number) == reminds:
            return Unchanged("C’est déjà noté.")
        of = exam_reminder.c.session_id
        tx.execute(insert(exam_reminder).values(session_id=number) if reminds else delete(exam_reminder).where(of == number))
        work.record(tx, "reminder_set", session_id=number, after={"reminds": reminds})
        return Saved(
            f"Les candidats seront rappelés {DAYS_BEFORE} jours avant l’examen." if reminds else "Personne ne sera rappelé."
        )


def remind(work: Work) -> int:
    """Write the reminders that are due today, and those that were when nobody was there to: how many."""
    due = (
        select(exam_session.c.id)
        .join(exam_reminder, exam_reminder.c.session_id == exam_session.c.id)
        .where(
            exam_session.c.status == Status.CONVOKED.value,
            first_day > work.on.today,
            first_day <= work.on.today + timedelta(days=DAYS_BEFORE),
        )
    )
    with work.db.reading() as conn:
        numbers = list(conn.execute(due.order_by(exam_session.c.id)).scalars())
    return sum(_remind(work, number) for number in numbers)


def _remind(work: Work, number: int) -> int:
    with work.db.writing() as tx:
        s = find(tx, work.actor, number, work.unit_label, for_update=True)
        if not tx.execute(delete(exam_reminder).where(exam_reminder.c.session_id == number)).rowcount:
            return 0  # another worker did
        rows = [_mail(work, s, row.id, row.nonce, row.email) for row in tx.execute(_reached(s)).all()]
        if rows:
            tx.execute(insert(mail), rows)
        work.record(tx, "reminded", session_id=number, after={"count": len(rows)})
        return len(rows)


def _reached(s: SessionRow) -> Select[tuple[int, str, str]]:
    """Whoever holds a convocation that stands, a link that opens and an address."""
    c, link = candidate.c, personal_link.c
    query = select(c.id, c.email, link.nonce).join(personal_link, link.candidate_id == c.id)
    return query.where(c.session_id == s.number, c.convened_for == s.convocation, c.email != "", link.withdrawn_at.is_(None))


def _mail(work: Work, s: SessionRow, number: int, nonce: str, address: str) -> dict[str, object]:
    _, body = invitation(s)[CANDIDATE]
    message = Message(f"Rappel : {s.title_label}", body, f"{REMINDER}{number}:{nonce}")
    return mail_row(work.on.now, None, message, daily=False) | {"address": address}
