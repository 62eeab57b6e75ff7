"""Telling people what happened: a notice on the site and, as each chooses, an e-mail in the outbox, in the same transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, insert, select

from portal.clock import PARIS
from portal.core.session import SessionRow
from portal.rules.lifecycle import Role
from portal.store.accounts import account
from portal.store.batches import batches
from portal.store.notices import Mailing, mail, notice
from portal.store.work import Work

DAILY_AT = time(7)
PASSWORD = "password:"  # the link to another password, followed by the account and the mark of the password it replaces
INVITATION = "invitation:"  # the link of an invitation, followed by the account and the invitation's number
EMAIL = "email:"  # the link that confirms another address, followed by the account and the mark of that change


@dataclass(frozen=True)
class Message:
    """`body`: paragraphs; `link`: an address of our own, from /; `key`: what is told once to a person, however often it is found."""

    subject: str
    body: str
    link: str
    key: str | None = None


def centre_of(centre_id: int) -> ColumnElement[bool]:
    """A condition on account: the people of this centre."""
    return and_(account.c.role == Role.CENTRE.value, account.c.centre_id == centre_id)


def unit_of(department_code: str) -> ColumnElement[bool]:
    """A condition on account: the people of this department's unit."""
    return and_(account.c.role == Role.UD.value, account.c.department_code == department_code)


def tell(tx: Connection, work: Work, who: ColumnElement[bool], message: Message) -> None:
    """Tell the accounts that `who` finds, but the one who acts."""
    people = (
        select(account.c.id, account.c.mailing)
        .where(who, account.c.id != (work.actor.id or 0), account.c.closed_at.is_(None))
        .order_by(account.c.id)
    )
    if message.key:
        told = select(notice.c.account_id).where(notice.c.key == message.key)
        people = people.where(account.c.id.not_in(told))
    tell_each(tx, work.on.now, [(row.id, row.mailing, message) for row in tx.execute(people)])


def tell_centre(tx: Connection, work: Work, s: SessionRow, subject: str, body: str) -> None:
    """Tell the people of the session's centre, with a link to the session."""
    tell(tx, work, centre_of(s.centre_id), Message(subject, body, f"/sessions/{s.number}"))


def tell_each(tx: Connection, now: datetime, told: Iterable[tuple[int, str, Message]]) -> None:
    """Tell each of these accounts its own message. Two statements for five thousand of them."""
    told = list(told)
    for part in batches(told):
        tx.execute(
            insert(notice),
            [
                {"account_id": number, "at": now, "subject": m.subject[:300], "body": m.body, "link": m.link, "key": m.key}
                for number, _, m in part
            ],
        )
    mailed = [(number, mailing, m) for number, mailing, m in told if mailing != Mailing.NONE]
    for part in batches(mailed):
        tx.execute(insert(mail), [mail_row(now, number, m, daily=mailing == Mailing.DAILY) for number, mailing, m in part])


def mail_now(tx: Connection, now: datetime, account_id: int, m: Message, address: str | None = None) -> None:
    """An e-mail alone, at once, however this account chooses to be told: what it asked for, or what concerns it alone.
    `address`: where it goes, if that is not the account's own."""
    tx.execute(insert(mail), [mail_row(now, account_id, m, daily=False) | {"address": address}])


def mail_row(now: datetime, account_id: int | None, m: Message, *, daily: bool) -> dict[str, object]:
    """The row of the outbox that tells this account of `m`, or somebody without one; `daily`: with the others of the day, at seven."""
    return {
        "message_id": uuid4().hex,
        "account_id": account_id,
        "subject": m.subject[:300],
        "body": m.body,
        "link": m.link,
        "daily": int(daily),
        "at": now,
        "due_at": next_daily(now) if daily else now,
    }


def next_daily(now: datetime) -> datetime:
    """Seven in the morning, in Paris, today or tomorrow."""
    here = now.astimezone(PARIS)
    at = datetime.combine(here.date(), DAILY_AT, PARIS)
    return at if here < at else datetime.combine(here.date() + timedelta(days=1), DAILY_AT, PARIS)
