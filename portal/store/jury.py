"""Jury members, what they are accredited for, and where they sit."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from portal.store.base import Moment, metadata

jury_member = Table(
    "jury_member",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("department_code", ForeignKey("department.code"), nullable=False),  # of the UD that keeps this member
    Column("last_name", String(120), nullable=False),
    Column("first_name", String(120), nullable=False),
    Column("email", String(254), nullable=False, server_default=""),
    Column("sort_key", String(260), nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("erased_at", Moment),  # when it was made anonymous
    UniqueConstraint("department_code", "sort_key", "email"),
)

accreditation = Table(
    "accreditation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("member_id", ForeignKey("jury_member.id"), nullable=False),
    Column("title_id", ForeignKey("title.id"), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    CheckConstraint("valid_to >= valid_from", name="to_not_before_from"),
    UniqueConstraint("member_id", "title_id", "valid_from"),
    Index(None, "title_id", "member_id"),
)

session_jury = Table(
    "session_jury",
    metadata,
    Column("session_id", ForeignKey("exam_session.id"), primary_key=True),
    Column("member_id", ForeignKey("jury_member.id"), primary_key=True),
    Index(None, "member_id"),
)

# A declared link: this member of the session's jury trained this candidate.
trainer_link = Table(
    "trainer_link",
    metadata,
    Column("session_id", Integer, primary_key=True),
    Column("member_id", Integer, primary_key=True),
    Column("candidate_id", Integer, primary_key=True),
    ForeignKeyConstraint(["session_id", "member_id"], ["session_jury.session_id", "session_jury.member_id"], ondelete="CASCADE"),
    ForeignKeyConstraint(["candidate_id", "session_id"], ["candidate.id", "candidate.session_id"], ondelete="CASCADE"),
    Index(None, "candidate_id"),
)
