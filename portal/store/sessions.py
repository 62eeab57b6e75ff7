"""Exam sessions."""

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
    text,
)

from portal.rules.lifecycle import Kind, Status
from portal.store.base import Moment, metadata, one_of

MOVED = text("postponed_run_id IS NOT NULL")
VIEWS = ("status", "starts_on", "ends_on", "actual_end_on", "postponed_run_id")
WAITING = ("status", "actual_end_on", "id")

exam_session = Table(
    "exam_session",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("centre_id", Integer, nullable=False),
    Column("department_code", String(3), nullable=False),  # of the centre: the UD that supervises the session
    Column("title_id", ForeignKey("title.id"), nullable=False),
    Column("kind", String(5), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("place", String(200), nullable=False, server_default=""),
    Column("session_manager", String(120), nullable=False, server_default=""),
    Column("status", String(30), nullable=False),
    Column("status_at", Moment, nullable=False),
    Column("status_by", String(200), nullable=False),
    Column("actual_end_on", Date),
    # An automatic postponement: the run that moved the end date, by which case, and the end date planned before it.
    Column("postponed_run_id", ForeignKey("measure_run.id")),
    Column("postponed_case", String(20)),
    Column("planned_end_on", Date),
    Column("results_saved_by", ForeignKey("account.id")),
    Column("approval_id", ForeignKey("approval.id")),  # under which it was created; none: taken over
    Column("creation_key", String(64)),  # of the form that created it: sent twice, it creates once
    Column("version", Integer, nullable=False, server_default="1"),
    ForeignKeyConstraint(["centre_id", "department_code"], ["centre.id", "centre.department_code"], onupdate="CASCADE"),
    CheckConstraint("id BETWEEN 1 AND 999999999", name="number_plausible"),
    CheckConstraint("ends_on >= starts_on", name="end_not_before_start"),
    CheckConstraint("actual_end_on >= starts_on", name="actual_end_not_before_start"),
    CheckConstraint("version >= 1", name="version_positive"),
    CheckConstraint(
        "(postponed_run_id IS NULL) = (planned_end_on IS NULL) AND (postponed_run_id IS NULL) = (postponed_case IS NULL)",
        name="postponement_whole",
    ),
    one_of("kind", Kind),
    one_of("status", Status),
    Index(None, "centre_id", "id"),
    Index(None, "department_code", "id"),
    Index(None, "department_code", "starts_on", "id"),
    Index(None, "centre_id", "starts_on", "id"),
    Index("uq_exam_session_creation_key", "creation_key", unique=True),
    # ---- lists: what each order and each view walks along, by scope (docs/performance.md)
    # (the three that cover all that views ask of a session are walked without touching the rows)
    Index("ix_exam_session_views_department", "department_code", *VIEWS),
    Index("ix_exam_session_views_centre", "centre_id", *VIEWS),
    Index("ix_exam_session_views", *VIEWS),
    Index(None, "starts_on", "id"),
    Index(None, "ends_on", "id"),
    Index(None, "department_code", "ends_on", "id"),
    Index(None, "centre_id", "ends_on", "id"),
    Index(None, "title_id", "id"),
    Index("ix_exam_session_postponed_department", "department_code", *WAITING, sqlite_where=MOVED, postgresql_where=MOVED),
    Index("ix_exam_session_postponed_centre", "centre_id", *WAITING, sqlite_where=MOVED, postgresql_where=MOVED),
    Index("ix_exam_session_postponed", *WAITING, sqlite_where=MOVED, postgresql_where=MOVED),
)

# How many sessions each centre has, kept by triggers (migration 0008): counting ten thousand rows for each list costs more than
# all that the list shows.
session_total = Table(
    "session_total",
    metadata,
    Column("centre_id", ForeignKey("centre.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
)
