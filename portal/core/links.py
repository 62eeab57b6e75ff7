"""Private links without an account: a candidate's own page, and where a member of a jury answers.

A link's token is an HMAC, under the trail's key, of a nonce drawn at random: 256 bits. Tables keep the nonce and the token's digest,
so that whoever reads the database alone opens nothing, and a mail that waits holds no link that works.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, select

from portal.core.session import SessionRow
from portal.rules.retention import LINE
from portal.rules.retention import Kind as Retained
from portal.settings import Settings
from portal.store.actors import operator
from portal.store.candidates import candidate
from portal.store.limits import durations
from portal.store.links import personal_link
from portal.store.walls import beyond

CANDIDATE = "candidat:"  # what the link of a mail begins with, followed by the candidate and the nonce
REMINDER = "rappel:"  # the same of a mail that reminds, without a paper
MEMBER = "jury:"  # the same of a member of a jury
PATHS = {CANDIDATE: "/c/", REMINDER: "/c/", MEMBER: "/j/"}
Kept = Row[Any]  # a row of `personal_link`
HOLDER = operator("La personne elle-même")  # whoever holds a link; what of a session is its own, its pages choose
LENGTH = 43  # signs of a token


@dataclass(frozen=True)
class Key:
    """Whose a link is, as the trail says it: « c12 » a candidate, « m3 » a member of the session's jury."""

    kind: str
    number: int

    def __str__(self) -> str:
        return f"{'c' if self.kind == CANDIDATE else 'm'}{self.number}"

    @property
    def columns(self) -> dict[str, int]:
        """The column of `personal_link` that says whose it is."""
        return {"candidate_id" if self.kind == CANDIDATE else "member_id": self.number}


def key_of(row: Row[Any]) -> Key:
    """Whose this row of `personal_link` is."""
    return Key(CANDIDATE, row.candidate_id) if row.candidate_id is not None else Key(MEMBER, row.member_id)


def key_in(text: str) -> Key | None:
    """The key that this says; None for anything else."""
    kind = {"c": CANDIDATE, "m": MEMBER}.get(text[:1])
    number = text[1:]
    return Key(kind, int(number)) if kind and number.isascii() and number.isdecimal() and len(number) < 10 else None


def fresh(key: bytes, now: datetime) -> dict[str, Any]:
    """The columns of a link that nobody has seen yet; `key`: the trail's."""
    nonce = secrets.token_bytes(16).hex()
    return {"nonce": nonce, "digest": digest(token(key, nonce)), "made_at": now}


def token(key: bytes, nonce: str) -> str:
    """What stands in the address."""
    own = hmac.new(key, b"personal link", sha256).digest()
    return urlsafe_b64encode(hmac.new(own, nonce.encode(), sha256).digest()).rstrip(b"=").decode()


def digest(given: str) -> str:
    """By what a link is found."""
    return sha256(given.encode()).hexdigest()


def address(settings: Settings, kind: str, nonce: str) -> str:
    """Where the link leads."""
    return f"{settings.public_url}{PATHS[kind]}{token(settings.audit_key, nonce)}"


def by_token(conn: Connection, kind: str, given: str) -> Row[Any] | None:
    """The link of this token and kind, withdrawn or not; None when there is none."""
    if len(given) != LENGTH:
        return None
    column = personal_link.c.candidate_id if kind == CANDIDATE else personal_link.c.member_id
    with beyond(conn):  # whoever holds the token is its person
        return conn.execute(
            select(personal_link).where(personal_link.c.digest == digest(given), column.is_not(None))
        ).one_or_none()


def by_proof(conn: Connection, code: str) -> Row[Any] | None:
    """The link whose candidate shares its result under this code; None when nobody does any more."""
    with beyond(conn):
        query = select(personal_link).where(personal_link.c.proof == code, personal_link.c.withdrawn_at.is_(None))
        return conn.execute(query).one_or_none()


def lasts(conn: Connection, s: SessionRow, today: date) -> bool:
    """Whether the links of this session still open: for so long after its end (`rules.retention`)."""
    return s.facts.effective_end_on >= LINE[Retained.LINKS].before(durations(conn)[Retained.LINKS], today)


def by_nonce(conn: Connection, nonce: str) -> Row[Any] | None:
    """The link that a mail carries, with what the candidate was convened for; None when another took its place, or it was withdrawn."""
    joined = personal_link.outerjoin(candidate, candidate.c.id == personal_link.c.candidate_id)
    query = select(personal_link, candidate.c.convened_for).select_from(joined)
    with beyond(conn):
        return conn.execute(query.where(personal_link.c.nonce == nonce, personal_link.c.withdrawn_at.is_(None))).one_or_none()


def of_session(conn: Connection, number: int) -> dict[str, Row[Any]]:
    """The links of a session, by key."""
    rows = conn.execute(select(personal_link).where(personal_link.c.session_id == number).order_by(personal_link.c.id))
    return {str(key_of(row)): row for row in rows}
