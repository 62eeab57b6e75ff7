"""Documents that were handed out: what each said, so that anybody who holds one can have it checked.

A row is never changed or deleted (the database refuses it). The same content made again is the same document.
"""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from portal.rules.documents import Document
from portal.store.base import Moment, metadata, one_of
from portal.store.triggers import append_only

document = Table(
    "document",
    metadata,
    Column("code", String(16), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("session_id", ForeignKey("exam_session.id"), nullable=False),
    Column("candidate_id", Integer, nullable=False),  # 0: the whole session; a number stays when its candidate is removed
    Column("digest", String(64), nullable=False),
    Column("said", Text, nullable=False),  # what `/verifier` tells, in JSON
    Column("made_at", Moment, nullable=False),
    Column("made_by", ForeignKey("account.id")),
    UniqueConstraint("session_id", "kind", "candidate_id", "digest"),
    one_of("kind", Document),
)

append_only(document)
