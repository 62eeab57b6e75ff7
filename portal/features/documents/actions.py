"""Handing documents out: each is kept with a code, so that what it says can be checked later."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from portal.clock import PARIS
from portal.core.holding import hold
from portal.core.session import SessionRow
from portal.features.documents.contents import Content, contents
from portal.files.printer import pdf
from portal.files.qr import svg
from portal.rules.documents import LINE, Document, missing, not_yet
from portal.rules.french import day
from portal.store.actors import Actor
from portal.store.documents import document, fingerprint
from portal.store.personal import in_json
from portal.store.work import Work

# 16 signs of 31: no 0 or O, no 1, I or L, so that a code can be read out.
SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 16


@dataclass(frozen=True)
class Made:
    name: str
    pdf: bytes
    codes: Sequence[str]


@dataclass(frozen=True)
class NotYet:
    """Why there is no such document now, as a sentence."""

    reason: str
    session: SessionRow


def make(
    work: Work, number: int, kind: Document, candidate_id: int | None, base_url: str, *, keep_all: bool = False
) -> Made | NotYet:
    """The document of a session, or of one candidate; or those of all its candidates in one file. `keep_all`: those of the others
    will follow one by one, and are told with this one.

    The same content made again is the same document: same code, same time, same bytes. Raises NotThere.
    """
    with hold(work, number) as (tx, s):
        found = ready(tx, work.actor, s, kind, None if keep_all else candidate_id, work.on.today)
        if isinstance(found, NotYet):
            return found
        kept = _keep(tx, work, number, kind, found)
    if keep_all:
        found = [content for content in found if content.candidate_id == candidate_id]
        kept = {(c.candidate_id, c.digest): kept[c.candidate_id, c.digest] for c in found}
    if not found:
        return NotYet(LINE[kind].nobody, s)
    documents = [_shown(content, *kept[content.candidate_id, content.digest], base_url) for content in found]
    latest = max(at for _, at in kept.values())
    title = f"{LINE[kind].label}, session {number}"
    file = pdf(kind.value, title, documents, latest)
    part = f"-{candidate_id}" if candidate_id else ""
    return Made(f"{kind.value}-{number}{part}.pdf", file, [code for code, _ in kept.values()])


def ready(
    conn: Connection, who: Actor, s: SessionRow, kind: Document, candidate_id: int | None, today: date
) -> Sequence[Content] | NotYet:
    """What the document of a session, or of one candidate, says now; or why there is none."""
    if why := not_yet(kind, s.status):
        return NotYet(why, s)
    if lacks := missing(kind, s.facts, today):
        return NotYet(" ".join(lacks), s)
    return contents(conn, who, s, kind, candidate_id) or NotYet(LINE[kind].nobody, s)


def _keep(
    tx: Connection, work: Work, number: int, kind: Document, found: Sequence[Content]
) -> dict[tuple[int, str], tuple[str, datetime]]:
    """The code and the time of each of these documents: as they were first made, or now."""
    rows = tx.execute(select(document).where(document.c.session_id == number, document.c.kind == kind.value))
    known = {(r.candidate_id, r.digest): (r.code, r.made_at) for r in rows}
    fresh = [c for c in found if (c.candidate_id, c.digest) not in known]
    now = work.on.now.replace(microsecond=0)
    new: list[dict[str, Any]] = [
        {
            "code": new_code(),
            "kind": kind.value,
            "session_id": number,
            "candidate_id": c.candidate_id,
            "digest": c.digest,
            "said": in_json(c.said),
            "made_at": now,
            "made_by": work.actor.id,
        }
        for c in fresh
    ]
    if new:
        tx.execute(insert(document), new)
        told = {"document": kind.value, "count": len(new), "kept": [fingerprint(row) for row in new]}
        work.record(tx, "documents_made", session_id=number, subject=f"document {kind.value}", after=told)
    known.update({(row["candidate_id"], row["digest"]): (row["code"], now) for row in new})
    return {(c.candidate_id, c.digest): known[c.candidate_id, c.digest] for c in found}


def _shown(content: Content, code: str, at: datetime, base_url: str) -> dict[str, Any]:
    here = at.astimezone(PARIS)
    address = f"{base_url.rstrip('/')}/verifier/{grouped(code)}"
    return {
        **content.data,
        **content.aside,
        "document": LINE[content.kind].label,
        "personal": LINE[content.kind].personal,
        "code": grouped(code),
        "made": f"{day(here.date())} à {here:%H:%M}",
        "check": address,
        "qr": svg(address),
    }


def new_code() -> str:
    """A code that no paper has: eighty bits drawn at random."""
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def grouped(code: str) -> str:
    """ABCD-EFGH-JKMN-PQRS"""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))
