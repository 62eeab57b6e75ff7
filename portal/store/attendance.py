"""What was noted on the days of the exam: who was there, by half-day, and what happened."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
)

from portal.rules.attendance import Half
from portal.store.base import BigId, Moment, metadata, one_of

attendance = Table(
    "attendance",
    metadata,
    Column("candidate_id", Integer, nullable=False),
    Column("session_id", Integer, nullable=False),
    Column("day", Date, nullable=False),
    Column("half", String(10), nullable=False),
    Column("present", Boolean(create_constraint=True, name="present_known"), nullable=False),
    Column("noted_at", Moment, nullable=False),
    Column("noted_by", String(200), nullable=False),
    Column("version", Integer, nullable=False),  # how often it was noted: whoever changes it says which it saw
    PrimaryKeyConstraint("candidate_id", "day", "half"),
    ForeignKeyConstraint(["candidate_id", "session_id"], ["candidate.id", "candidate.session_id"], ondelete="CASCADE"),
    one_of("half", Half),
    Index(None, "session_id", "candidate_id", "day", "half"),
)

incident = Table(
    "incident",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("session_id", ForeignKey("exam_session.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("hour", String(5), nullable=False),  # « 10:20 »
    Column("text", String(1000), nullable=False),  # may name anybody: the trail holds a commitment to it (an event's reason)
    Column("noted_at", Moment, nullable=False),
    Column("noted_by", String(200), nullable=False),
    Index(None, "session_id", "id"),
)
