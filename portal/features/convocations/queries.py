"""Who of a session was sent for, how, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from portal.core.links import CANDIDATE, MEMBER, Kept, Key, of_session
from portal.core.session import SessionRow
from portal.core.sheet import candidates
from portal.rules.names import full_name
from portal.store.batches import batches
from portal.store.jury import jury_member, session_jury
from portal.store.notices import mail


@dataclass(frozen=True)
class Summoned:
    """One person of a session. `convened`: a convocation that still stands was sent or is to be handed over; `linked`: there is a
    link; `mailed`: the convocation goes by mail, which left at `sent_at`, or is `refused`: it will not leave by itself;
    `returned_at`: it came back, as the centre noted."""

    key: str
    name: str
    address: str
    convened: bool
    linked: bool = False
    withdrawn: bool = False
    mailed: bool = False
    sent_at: datetime | None = None
    refused: bool = False
    returned_at: datetime | None = None
    handed_at: datetime | None = None
    opened_at: datetime | None = None
    answer: str = ""
    answered_at: datetime | None = None

    @property
    def to_hand_over(self) -> bool:
        """Whether nothing but paper reaches this person, who does not have it yet."""
        lost = not self.mailed or self.refused or self.returned_at is not None
        return self.convened and self.linked and lost and self.handed_at is None


@dataclass(frozen=True)
class Held:
    """A link that opens, and its session."""

    link: Kept
    s: SessionRow


def seat(conn: Connection, member_id: int) -> str:
    """How this member of a jury is called."""
    m = jury_member.c
    row = conn.execute(select(m.last_name, m.first_name).where(m.id == member_id)).one()
    return full_name(row.last_name, row.first_name)


def people(conn: Connection, s: SessionRow) -> list[Summoned]:
    """The candidates, then the jury, each in French order of names. Four queries."""
    links = of_session(conn, s.number)
    mails = _mails(conn, [row.message_id for row in links.values() if row.message_id])
    found = []
    for c in candidates(conn, s.number):
        link = links.get(str(Key(CANDIDATE, c.id)))
        convened = c.convened_for is not None and c.convened_for == s.convocation
        found.append(_summoned(Key(CANDIDATE, c.id), c.name, c.email, convened, link, mails))
    m = jury_member.c
    seats = select(m.id, m.last_name, m.first_name, m.email).join(session_jury, session_jury.c.member_id == m.id)
    for row in conn.execute(seats.where(session_jury.c.session_id == s.number).order_by(m.sort_key, m.id)):
        link = links.get(str(Key(MEMBER, row.id)))
        name = full_name(row.last_name, row.first_name)
        found.append(_summoned(Key(MEMBER, row.id), name, row.email, link is not None, link, mails))
    return found


def _mails(conn: Connection, ids: Sequence[str]) -> dict[str, Row[Any]]:
    query = select(mail.c.message_id, mail.c.sent_at, mail.c.set_aside_at, mail.c.at)
    found: dict[str, Row[Any]] = {}
    for some in batches(ids):
        found.update({row.message_id: row for row in conn.execute(query.where(mail.c.message_id.in_(some)))})
    return found


def _summoned(key: Key, name: str, address: str, convened: bool, link: Row[Any] | None, mails: dict[str, Row[Any]]) -> Summoned:
    if link is None:
        return Summoned(str(key), name, address, convened)
    sent = mails.get(link.message_id)  # a mail that left is kept for a time only
    return Summoned(
        str(key),
        name,
        address,
        convened,
        linked=True,
        withdrawn=link.withdrawn_at is not None,
        mailed=link.message_id is not None,
        sent_at=sent.sent_at if sent else None,
        refused=sent is not None and sent.sent_at is None and sent.set_aside_at is not None,
        returned_at=link.returned_at,
        handed_at=link.handed_at,
        opened_at=link.opened_at,
        answer=link.answer or "",
        answered_at=link.answered_at,
    )
