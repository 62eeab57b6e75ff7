"""Adjustments of the exam for a candidate (« aménagements d'épreuves »), which may tell of its health.

They stand apart from the candidate, so that no list, search or export meets them. The trail, and the papers, are bound to the
digest of note and salt alone; once both are taken away, nobody can try out what the note said.
"""

from hashlib import sha256

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, String, Table

from portal.store.base import metadata

adjustment = Table(
    "adjustment",
    metadata,
    Column("candidate_id", Integer, primary_key=True, autoincrement=False),
    Column("session_id", Integer, nullable=False),
    Column("note", String(500)),  # none: erased
    Column("salt", String(32)),
    Column("digest", String(64), nullable=False),
    ForeignKeyConstraint(["candidate_id", "session_id"], ["candidate.id", "candidate.session_id"], ondelete="CASCADE"),
    CheckConstraint("(note IS NULL) = (salt IS NULL)", name="note_whole"),
    Index(None, "session_id", "candidate_id"),
)


def noted(salt: str, note: str) -> str:
    """What the trail and the papers keep of a note."""
    return sha256(f"{salt}{note}".encode()).hexdigest()
