"""Notices on the site, the e-mails that carry them (an outbox), letters of information, closings of the service."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    text,
)

from portal.store.base import BigId, Moment, metadata

ANNOUNCED = timedelta(days=7)  # a closing of the service is told this long before


class Mailing(StrEnum):
    """How a person wants e-mails."""

    AT_ONCE = "aussitot"
    DAILY = "chaque_jour"
    NONE = "aucun"


UNREAD = text("read_at IS NULL")
UNSENT = text("sent_at IS NULL")

notice = Table(
    "notice",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("subject", String(300), nullable=False),
    Column("body", Text, nullable=False),
    Column("link", String(300), nullable=False),  # an address of our own, from /
    Column("key", String(80)),  # what it tells of: told once to a person
    Column("read_at", Moment),
    UniqueConstraint("account_id", "key"),
    Index(None, "account_id", "id"),
    Index("ix_notice_unread", "account_id", sqlite_where=UNREAD, postgresql_where=UNREAD),
)

mail = Table(
    "mail",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("message_id", String(60), nullable=False, unique=True),
    Column("account_id", ForeignKey("account.id")),  # none: to somebody without one, at `address`
    Column("subject", String(300), nullable=False),
    Column("body", Text, nullable=False),
    Column("link", String(300), nullable=False),
    Column("daily", Integer, nullable=False),  # 1: waits for the day's e-mail
    Column("at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("claimed_until", Moment),
    Column("sent_at", Moment),
    Column("problem", String(300)),
    Column("set_aside_at", Moment),  # tried often enough: nobody tries again by itself
    Column("address", String(254)),  # where it goes, if that is not the account's own
    CheckConstraint("daily IN (0, 1)", name="daily_known"),
    CheckConstraint("account_id IS NOT NULL OR address IS NOT NULL", name="to_somebody"),
    Index("ix_mail_due", "due_at", "id", sqlite_where=UNSENT, postgresql_where=UNSENT),
    Index(None, "account_id", "id"),
)

letter = Table(
    "letter",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", String(200), nullable=False),
    Column("text", Text, nullable=False),  # Markdown, as written
    Column("roles", String(60), nullable=False),  # words of Role, separated by spaces; empty: everybody
    Column("departments", String(600), nullable=False),  # codes, separated by spaces; empty: everywhere
    Column("pdf_name", String(120)),
    Column("pdf", LargeBinary),
    Column("at", Moment, nullable=False),
    Column("by", String(330), nullable=False),
    Column("creation_key", String(64), unique=True),
    Column("number", Integer),  # as readers call it, « Lettre d’information n° 13 »; the first here may be any
    Column("withdrawn_at", Moment),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("number IS NOT NULL AND number >= 1", name="numbered"),
    Index("uq_letter_number", "number", unique=True),
)

# A PDF that was chosen for a letter being written, for as long as its form is open.
kept_paper = Table(
    "kept_paper",
    metadata,
    Column("key", String(64), primary_key=True),  # of the form, and of whoever fills it in
    Column("name", String(120), nullable=False),
    Column("pdf", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
)

letter_reading = Table(
    "letter_reading",
    metadata,
    Column("letter_id", ForeignKey("letter.id"), primary_key=True),
    Column("account_id", ForeignKey("account.id"), primary_key=True, index=True),
    Column("at", Moment, nullable=False),
)

closing = Table(
    "closing",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("reason", String(300), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(330), nullable=False),
    Column("called_off_at", Moment),
    CheckConstraint("ends_at > starts_at", name="end_after_start"),
)


def announced(now: datetime | BindParameter[datetime], soon: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """A closing that lasts at `now` or begins before `soon`, and was not called off."""
    return and_(closing.c.called_off_at.is_(None), closing.c.ends_at > now, closing.c.starts_at < soon)
