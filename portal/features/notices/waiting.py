"""What nobody does but the calendar: what waits for a centre since an exam is over is told to it once a week."""

from dataclasses import dataclass

from sqlalchemy import Connection, Row, func, select

from portal.core.telling import Message, tell_each
from portal.features.sessions.views import STEP, step_key
from portal.rules.french import plural
from portal.rules.lifecycle import Role
from portal.store.accounts import account
from portal.store.notices import notice
from portal.store.sessions import exam_session
from portal.store.work import Work


@dataclass(frozen=True)
class Reminder:
    """Of the sessions at one step of the centre: what one and many wait for, why, the list of them, and the name of its key."""

    step: str
    one: str
    many: str
    body: str
    view: str
    key: str


REMINDERS = (
    Reminder(
        "enter_results",
        "session attend ses résultats",
        "sessions attendent leurs résultats",
        "Ces sessions sont terminées : saisissez leurs résultats pour que votre unité locale puisse les vérifier.",
        "resultats",
        "resultats",
    ),
    # The end that a measure left behind reminds of nothing: the last day of the exam does.
    Reminder(
        "set_actual_end",
        "session reportée attend sa date réelle",
        "sessions reportées attendent leur date réelle",
        "Leur dernier jour d’examen est passé : saisissez leur date réelle de fin, puis leurs résultats.",
        STEP + "set_actual_end",
        "date-reelle",
    ),
)


def tell_waiting(work: Work) -> int:
    """Tell each centre how many of its sessions wait for it since their exam is over: how many notices were written."""
    year, week, _ = work.on.today.isocalendar()
    told = []
    with work.db.writing() as tx:
        for reminder in REMINDERS:
            key = f"{reminder.key}:{year}-{week:02}"
            told += [(row.id, row.mailing, _message(reminder, row.number, key)) for row in _concerned(tx, work, reminder, key)]
        tell_each(tx, work.on.now, told)
    return len(told)


def _concerned(tx: Connection, work: Work, reminder: Reminder, key: str) -> list[Row[tuple[int, str, int]]]:
    """Who is to be told, with the number of sessions; not whom this week's reminder has reached."""
    waiting = (
        select(exam_session.c.centre_id, func.count().label("number"))
        .where(step_key(Role.CENTRE, work.on.today) == reminder.step)
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
    return list(tx.execute(people))


def _message(reminder: Reminder, number: int, key: str) -> Message:
    return Message(plural(number, reminder.one, reminder.many), reminder.body, f"/sessions?vue={reminder.view}", key)
