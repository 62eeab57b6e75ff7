"""What those who supervise keep of their questions: signals closed with a note, and draws for visits."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from portal.store.base import Moment, metadata
from portal.store.triggers import append_only

signal_note = Table(
    "signal_note",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(30), nullable=False),
    Column("about", String(60), nullable=False),  # what the signal is about: a session, a centre's title, a pair of a jury
    Column("department_code", ForeignKey("department.code"), nullable=False),
    Column("figures", Text, nullable=False),  # what it said when it was closed; other figures open it again
    Column("note", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(330), nullable=False),
    UniqueConstraint("kind", "about", "figures"),
    Index(None, "department_code", "id"),
)

draw = Table(
    "draw",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("department_code", ForeignKey("department.code"), nullable=False),
    Column("seed", String(64), nullable=False),
    Column("starts_from", String(10), nullable=False),
    Column("starts_to", String(10), nullable=False),
    Column("drawn_from", Text, nullable=False),  # the numbers of the sessions, in order
    Column("drawn", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(330), nullable=False),
    Index(None, "department_code", "id"),
)

append_only(draw)
