"""Runs of measures, with one line a session touched. A line is never changed: taking a run back is a run of its own."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Text, false

from portal.store.base import Moment, metadata
from portal.store.triggers import append_only

measure_run = Table(
    "measure_run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("measure_key", String(60), nullable=False),
    Column("label", String(120), nullable=False),
    Column("definition", Text, nullable=False),  # the measure as it was applied, in TOML
    Column("at", Moment, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("reverts_run_id", ForeignKey("measure_run.id"), unique=True),  # this run takes that one back
    Column("touched", Integer, nullable=False),
    # Sessions that the measure had moved elsewhere, before they were taken over: it has no lines here, and is not taken back.
    Column("taken_over", Boolean(create_constraint=True, name="taken_over_known"), nullable=False, server_default=false()),
    CheckConstraint("touched >= 0", name="touched_positive"),
)

# Measures written in the portal; the built-in ones are files.
measure = Table(
    "measure",
    metadata,
    Column("key", String(60), primary_key=True),
    Column("definition", Text, nullable=False),
    Column("written_at", Moment, nullable=False),
    Column("written_by", String(330), nullable=False),
)

measure_line = Table(
    "measure_line",
    metadata,
    Column("run_id", ForeignKey("measure_run.id"), primary_key=True),
    Column("session_id", ForeignKey("exam_session.id"), primary_key=True),
    Column("case_name", String(20), nullable=False),
    Column("status_before", String(30), nullable=False),
    Column("status_after", String(30), nullable=False),
    Column("end_before", Date, nullable=False),
    Column("end_after", Date, nullable=False),
    # What taking back restores besides.
    Column("status_at_before", Moment, nullable=False),
    Column("status_by_before", String(200), nullable=False),
    Column("postponed_run_before", Integer),
    Column("postponed_case_before", String(20)),
    Column("planned_end_before", Date),
    Column("version_after", Integer, nullable=False),
    Column("start_before", Date),  # none: a run from before starts could be moved
    Column("start_after", Date),
    Index(None, "session_id"),
)

append_only(measure_line)
