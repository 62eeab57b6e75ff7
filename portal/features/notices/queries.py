"""A person's notices, and the e-mails that the demonstration shows instead of sending."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from portal.core.invitations import address_of
from portal.features.notices.outbox import ENTERS, plain
from portal.settings import Settings
from portal.store.accounts import account
from portal.store.actors import Actor
from portal.store.notices import Mailing, mail, notice
from portal.store.work import Work

PAGE = 50


def notices(conn: Connection, account_id: int, before: int | None = None) -> tuple[Sequence[Row[Any]], int | None]:
    """Fifty notices, newest first, and the number before which the next page begins."""
    query = select(notice).where(notice.c.account_id == account_id)
    if before is not None:
        query = query.where(notice.c.id < before)
    rows = conn.execute(query.order_by(notice.c.id.desc()).limit(PAGE + 1)).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def unread(conn: Connection, account_id: int) -> int:
    where = (notice.c.account_id == account_id, notice.c.read_at.is_(None))
    return int(conn.execute(select(func.count()).select_from(notice).where(*where)).scalar_one())


def mailing_of(conn: Connection, account_id: int) -> str:
    return str(conn.execute(select(account.c.mailing).where(account.c.id == account_id)).scalar_one())


def link_of_own(conn: Connection, who: Actor, notice_id: int) -> str | None:
    """Where this person's notice leads; None for another's."""
    return conn.execute(select(notice.c.link).where(notice.c.account_id == who.id, notice.c.id == notice_id)).scalar()


def read(work: Work, notice_id: int | None = None, up_to: int | None = None) -> int:
    """Mark one notice as read, or all up to one; how many were not."""
    own = notice.c.account_id == work.actor.id
    with work.db.writing() as tx:
        chosen = notice.c.id == notice_id if notice_id is not None else notice.c.id <= (up_to or 0)
        return tx.execute(update(notice).where(own, chosen, notice.c.read_at.is_(None)).values(read_at=work.on.now)).rowcount


def unread_again(work: Work, at: datetime) -> int:
    """What this person marked as read at this moment is new again; how many there were."""
    own = (notice.c.account_id == work.actor.id, notice.c.read_at == at)
    with work.db.writing() as tx:
        return tx.execute(update(notice).where(*own).values(read_at=None)).rowcount


def choose_mailing(work: Work, mailing: Mailing) -> None:
    with work.db.writing() as tx:
        tx.execute(update(account).where(account.c.id == work.actor.id).values(mailing=mailing.value))


@dataclass(frozen=True)
class Shown:
    """An e-mail as the demonstration shows it."""

    to: str
    subject: str
    text: str
    link: str
    at: datetime
    daily: bool
    sent_at: datetime | None


def mails(conn: Connection, settings: Settings) -> list[Shown]:
    """The last fifty e-mails of the outbox, newest first."""
    whose = select(mail, account.c.email, ENTERS).outerjoin(account, account.c.id == mail.c.account_id)
    found = []
    for row in conn.execute(whose.order_by(mail.c.id.desc()).limit(PAGE)):
        text = plain(row, row.enters if row.account_id else None, settings)
        link = address_of(settings, row.link, row.at)
        found.append(Shown(row.address or row.email, row.subject, text, link, row.at, bool(row.daily), row.sent_at))
    return found
