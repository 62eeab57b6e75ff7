"""Documents that were handed out: what each said, so that anybody who holds one can have it checked.

A row is never changed or deleted (the database refuses it). The same content made again is the same document.
"""

import json
from collections.abc import Mapping
from datetime import UTC
from hashlib import sha256
from typing import Any

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


def fingerprint(row: Mapping[str, Any]) -> str:
    """What the trail keeps of a document that was handed out: whoever changes it changes this. Its code, drawn at random, is
    in it, so that nobody guesses what it says."""
    names = ("code", "kind", "session_id", "candidate_id", "digest", "said", "made_by")
    held = [row["made_at"].astimezone(UTC).isoformat(), *(row[name] for name in names)]
    return sha256(json.dumps(held, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()[:32]
