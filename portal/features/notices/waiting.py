"""What nobody does but the calendar: results that wait are told once a week to the centre."""

from sqlalchemy import func, select

from portal.core.telling import Message, tell_each
from portal.features.sessions.views import step_key
from portal.rules.french import plural
from portal.rules.lifecycle import Role
from portal.store.accounts import account
from portal.store.notices import notice
from portal.store.sessions import exam_session
from portal.store.work import Work


def tell_waiting(work: Work) -> int:
    """Tell each centre how many of its sessions wait for their results: how many people were told."""
    today = work.on.today
    year, week, _ = today.isocalendar()
    key = f"resultats:{year}-{week:02}"
    waiting = (
        select(exam_session.c.centre_id, func.count().label("number"))
        .where(step_key(Role.CENTRE, today) == "enter_results")
        .group_by(exam_session.c.centre_id)
        .subquery()
    )
    told = select(notice.c.account_id).where(notice.c.key == key)
    people = (
        select(account.c.id, account.c.mailing, waiting.c.number)
        .join(waiting, waiting.c.centre_id == account.c.centre_id)
        .where(account.c.role == Role.CENTRE.value, account.c.closed_at.is_(None), account.c.id.not_in(told))
        .order_by(account.c.id)
    )
    with work.db.writing() as tx:
        rows = tx.execute(people).all()
        tell_each(tx, work.on.now, [(row.id, row.mailing, _message(row.number, key)) for row in rows])
    return len(rows)


def _message(number: int, key: str) -> Message:
    subject = plural(number, "session attend ses résultats", "sessions attendent leurs résultats")
    body = "Ces sessions sont terminées : saisissez leurs résultats pour que l’UD puisse les vérifier."
    return Message(subject, body, "/sessions?vue=resultats", key)
