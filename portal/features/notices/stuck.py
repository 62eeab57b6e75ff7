"""E-mails that did not leave: read by the nation, tried again when it says so, told once a day while there are any."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from portal.core.outcomes import NotThere
from portal.core.telling import Message, tell
from portal.rules.duties import Duty
from portal.rules.french import plural
from portal.rules.lifecycle import Role
from portal.store.accounts import account
from portal.store.notices import mail
from portal.store.work import Work

MOST = 200
LATE = timedelta(minutes=15)  # a worker passes every twenty seconds


@dataclass(frozen=True)
class Stuck:
    """An e-mail that did not leave; `next_at`: when it is tried again, none once it is set aside."""

    id: int
    to: str
    subject: str
    at: datetime
    attempts: int
    problem: str
    next_at: datetime | None


@dataclass(frozen=True)
class Waits:
    """How many e-mails are due and have not left, of these for long, and how many nobody tries again."""

    due: int
    late: int
    set_aside: int


def waits(conn: Connection, now: datetime) -> Waits:
    """What waits now. Late is what nobody takes: one that failed is due again later each time."""
    free = mail.c.set_aside_at.is_(None)
    counts = [func.count().filter(free, mail.c.due_at <= now), func.count().filter(free, mail.c.due_at < now - LATE)]
    row = conn.execute(select(*counts, func.count().filter(~free)).where(mail.c.sent_at.is_(None))).one()
    return Waits(row[0], row[1], row[2])


def _stuck() -> ColumnElement[bool]:
    return mail.c.sent_at.is_(None) & (mail.c.attempts > 0) & mail.c.problem.is_not(None)


def how_many(conn: Connection) -> int:
    """How many did not leave when they were tried."""
    return int(conn.execute(select(func.count()).select_from(mail).where(_stuck())).scalar_one())


def listed(conn: Connection) -> Sequence[Stuck]:
    """Those, set aside first, then the oldest first; two hundred at most."""
    query = (
        select(mail, account.c.email)
        .outerjoin(account, account.c.id == mail.c.account_id)
        .where(_stuck())
        .order_by(mail.c.set_aside_at.is_(None), mail.c.at, mail.c.id)
        .limit(MOST)
    )
    return [
        Stuck(m.id, m.address or m.email, m.subject, m.at, m.attempts, m.problem, None if m.set_aside_at else m.due_at)
        for m in conn.execute(query)
    ]


def try_again(work: Work) -> int:
    """All of them are due now, with all their tries before them: how many. Raises NotThere."""
    if not work.actor.may(Duty.WATCH_MAILS):
        raise NotThere
    with work.db.writing() as tx:
        values = {"set_aside_at": None, "attempts": 0, "problem": None, "due_at": work.on.now, "claimed_until": None}
        return tx.execute(update(mail).where(_stuck()).values(**values)).rowcount


def tell_set_aside(work: Work) -> bool:
    """Tell the nation once a day that mails are set aside, if any is; but for mails to itself, of which this would be one more."""
    with work.db.reading() as conn:
        others = select(account.c.id).where(account.c.role != Role.NATIONAL.value)
        not_to_itself = or_(mail.c.account_id.is_(None), mail.c.account_id.in_(others))
        aside = (mail.c.sent_at.is_(None), mail.c.set_aside_at.is_not(None), not_to_itself)
        count = conn.execute(select(func.count()).select_from(mail).where(*aside)).scalar_one()
    if not count:
        return False
    said = plural(count, "courriel ne part pas", "courriels ne partent pas")
    body = "Leur adresse est peut-être fausse, ou le serveur les refuse. La liste dit pourquoi, et permet de les renvoyer."
    message = Message(said, body, "/courriels", key=f"courriels-{work.on.today}")
    with work.db.writing() as tx:
        tell(tx, work, account.c.role == Role.NATIONAL.value, message)
    return True
