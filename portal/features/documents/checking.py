"""« Vérifier un document »: what a document with this code says, to anybody who holds it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from portal.clock import PARIS
from portal.core.finding import find
from portal.features.documents.actions import LENGTH, SIGNS
from portal.features.documents.contents import contents
from portal.rules.documents import LINE, Document, missing, not_yet
from portal.store.actors import operator
from portal.store.documents import document


@dataclass(frozen=True)
class Checked:
    """`current` is false when the facts have changed since: corrected results, an unlocked session, another date."""

    said: Mapping[str, str]
    made_at: datetime
    current: bool
    void: str = ""  # why nobody may rely on it any more, as a sentence


def normal(text: str) -> str | None:
    """The code as it is kept, from what a person typed: dashes, spaces and small letters aside. None: no code at all."""
    code = "".join(c for c in text.upper() if c.isalnum())
    return code if len(code) == LENGTH and all(c in SIGNS for c in code) else None


def check(conn: Connection, code: str, unit_label: str, today: date) -> Checked | None:
    """What the document of this code says; None when there is no such document."""
    row = conn.execute(select(document).where(document.c.code == code)).one_or_none()
    if row is None:
        return None
    kind = Document(row.kind)
    s = find(conn, operator(), row.session_id, unit_label)
    current = False
    if not_yet(kind, s.status) is None and not missing(kind, s.facts, today):
        now = contents(conn, operator(), s, kind, row.candidate_id or None)
        current = any(c.candidate_id == row.candidate_id and c.is_of(row.digest) for c in now)
    void = "" if current else LINE[kind].void
    return Checked(json.loads(row.said), row.made_at.astimezone(PARIS), current, void)
