"""Exam sessions."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    false,
    text,
)

from portal.rules.lifecycle import Kind, Status
from portal.store.base import Moment, metadata, one_of
from portal.store.triggers import also

MOVED = text("postponed_run_id IS NOT NULL")
TO_DEPOSIT = text("status = 'verrouillee' AND deposited_version <> version AND people_erased_at IS NULL")
VIEWS = (
    "status", "starts_on", "ends_on", "actual_end_on", "postponed_run_id",
    "exam_starts_on", "exam_ends_on", "planned_end_on", "actual_end_checked", "results_saved_by",
)  # fmt: skip
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
    # The days of the exam of a moved session, as its centre states them; the hour of the convocation, « 08:30 ».
    Column("exam_starts_on", Date),
    Column("exam_ends_on", Date),
    Column("hour", String(5), nullable=False, server_default=""),
    # Counts what is printed on a convocation: a candidate is convened for the number that stood then. 0: nobody yet.
    Column("convocation", Integer, nullable=False, server_default="0"),
    Column(
        "actual_end_checked",
        Boolean(create_constraint=True, name="actual_end_checked_known"),
        nullable=False,
        server_default=false(),
    ),
    Column("people_erased_at", Moment),  # when what was kept of its candidates was made anonymous
    Column("deposited_version", Integer, nullable=False, server_default="0"),  # up to which nothing of it waits for a deposit
    ForeignKeyConstraint(["centre_id", "department_code"], ["centre.id", "centre.department_code"], onupdate="CASCADE"),
    CheckConstraint("id BETWEEN 1 AND 999999999", name="number_plausible"),
    CheckConstraint("ends_on >= starts_on", name="end_not_before_start"),
    CheckConstraint("actual_end_on >= starts_on", name="actual_end_not_before_start"),
    CheckConstraint("version >= 1", name="version_positive"),
    CheckConstraint(
        "(postponed_run_id IS NULL) = (planned_end_on IS NULL) AND (postponed_run_id IS NULL) = (postponed_case IS NULL)",
        name="postponement_whole",
    ),
    CheckConstraint("(exam_starts_on IS NULL) = (exam_ends_on IS NULL)", name="exam_days_whole"),
    CheckConstraint("exam_ends_on >= exam_starts_on AND exam_starts_on >= starts_on", name="exam_days_in_order"),
    CheckConstraint("exam_starts_on IS NULL OR postponed_run_id IS NOT NULL", name="exam_days_of_a_moved_session"),
    CheckConstraint("convocation >= 0", name="convocation_counted"),
    one_of("kind", Kind),
    one_of("status", Status),
    Index(None, "centre_id", "id"),
    Index(None, "department_code", "id", "status"),  # the status is read on the way, and not from the row
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
    Index(None, "status", "id"),
    Index(
        "ix_exam_session_to_deposit",
        "status",
        "id",
        "ends_on",
        "actual_end_on",
        sqlite_where=TO_DEPOSIT,
        postgresql_where=TO_DEPOSIT,
    ),
    Index("ix_exam_session_postponed_department", "department_code", *WAITING, sqlite_where=MOVED, postgresql_where=MOVED),
    Index("ix_exam_session_postponed_centre", "centre_id", *WAITING, sqlite_where=MOVED, postgresql_where=MOVED),
    Index("ix_exam_session_postponed", *WAITING, sqlite_where=MOVED, postgresql_where=MOVED),
)

# How many sessions each centre has, kept by triggers: counting ten thousand rows for each list costs more than
# all that the list shows.
session_total = Table(
    "session_total",
    metadata,
    Column("centre_id", ForeignKey("centre.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
)
also(
    "sqlite",
    "CREATE TRIGGER session_total_more AFTER INSERT ON exam_session BEGIN "
    "INSERT INTO session_total (centre_id, number) VALUES (NEW.centre_id, 1) "
    "ON CONFLICT (centre_id) DO UPDATE SET number = number + 1; END",
    "CREATE TRIGGER session_total_less AFTER DELETE ON exam_session BEGIN "
    "UPDATE session_total SET number = number - 1 WHERE centre_id = OLD.centre_id; END",
)
# Once a statement, not once a row; in order of the centres, so that two imports never wait for each other in a circle.
also(
    "postgresql",
    "CREATE FUNCTION count_sessions() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "INSERT INTO session_total (centre_id, number) SELECT centre_id, count(*) FROM changed GROUP BY centre_id ORDER BY centre_id "
    "ON CONFLICT (centre_id) DO UPDATE SET number = session_total.number + EXCLUDED.number; RETURN NULL; END $$",
    "CREATE TRIGGER session_total_more AFTER INSERT ON exam_session REFERENCING NEW TABLE AS changed "
    "FOR EACH STATEMENT EXECUTE FUNCTION count_sessions()",
    "CREATE FUNCTION uncount_sessions() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "UPDATE session_total SET number = session_total.number - gone.number "
    "FROM (SELECT centre_id, count(*) AS number FROM changed GROUP BY centre_id) gone WHERE gone.centre_id = session_total.centre_id; "
    "RETURN NULL; END $$",
    "CREATE TRIGGER session_total_less AFTER DELETE ON exam_session REFERENCING OLD TABLE AS changed "
    "FOR EACH STATEMENT EXECUTE FUNCTION uncount_sessions()",
)
