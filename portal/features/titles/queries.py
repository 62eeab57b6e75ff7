"""The titles that there are, one of them, and what another expiry would leave without a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select

from portal.core.outcomes import NotThere
from portal.rules.lifecycle import ACTIVE
from portal.rules.titles import last_start, months_after
from portal.store.candidates import result
from portal.store.places import centre
from portal.store.sessions import exam_session
from portal.store.text import fold
from portal.store.titles import approval, certificate, title

EXPIRED, SOON = "echus", "bientot"
SOON_MONTHS = 12
SHOWN = 20

_certificates = select(func.count()).where(certificate.c.title_id == title.c.id).scalar_subquery()


def titles(conn: Connection, search: str, state: str, today: date) -> Sequence[Row[Any]]:
    """The titles by code: all, those past their expiry, or those that are within a year of it. One query."""
    query = select(title, _certificates.label("certificates")).order_by(title.c.code)
    for word in fold(search).split()[:5]:
        query = query.where(
            title.c.search_key.contains(word, autoescape=True) | title.c.rncp_code.icontains(word, autoescape=True)
        )
    if state == EXPIRED:
        query = query.where(title.c.expires_on < today)
    if state == SOON:
        query = query.where(title.c.expires_on.between(today, months_after(today, SOON_MONTHS)))
    return conn.execute(query).all()


def found(conn: Connection, code: str) -> Row[Any]:
    """The title of this code. Raises NotThere."""
    row = conn.execute(select(title).where(title.c.code == code)).one_or_none()
    if row is None:
        raise NotThere
    return row


CARD = ("label", "decree_on", "level", "expires_on", "extension_months", "rncp_code")


def card(t: Row[Any]) -> dict[str, object]:
    """What of a title may change, by the name of its field."""
    return {name: getattr(t, name) for name in CARD}


def certificates(conn: Connection, title_id: int) -> Sequence[Row[Any]]:
    """The certificates of a title, each with whether results say it."""
    used = exists().where(result.c.certificate_id == certificate.c.id)
    query = select(certificate, used.label("results")).where(certificate.c.title_id == title_id)
    return conn.execute(query.order_by(certificate.c.kind, certificate.c.position, certificate.c.id)).all()


@dataclass(frozen=True)
class Stranded:
    """What stands after another expiry of a title: sessions that would begin after the last day, the first of them, and the
    approvals that would outlive the title."""

    sessions: int
    first: Sequence[Row[int, date, str]]
    approvals: int

    def __bool__(self) -> bool:
        return bool(self.sessions or self.approvals)


def stranded(conn: Connection, t: Row[Any], expires_on: date | None, months: int) -> Stranded:
    """What this expiry and prolongation would leave, that those which stand do not. Three queries."""
    new, old = last_start(expires_on, months), last_start(t.expires_on, t.extension_months)
    if new is None:
        return Stranded(0, [], 0)
    s = exam_session.c
    late = [s.title_id == t.id, s.status.in_([status.value for status in ACTIVE]), s.starts_on > new]
    if old is not None:
        late.append(s.starts_on <= old)
    outlives = [approval.c.title_id == t.id, approval.c.valid_to > expires_on]
    if t.expires_on is not None:
        outlives.append(approval.c.valid_to <= t.expires_on)
    first = select(s.id, s.starts_on, centre.c.name).join(centre, centre.c.id == s.centre_id).where(*late)
    return Stranded(
        conn.execute(select(func.count()).select_from(exam_session).where(*late)).scalar_one(),
        conn.execute(first.order_by(s.starts_on, s.id).limit(SHOWN)).all(),
        conn.execute(select(func.count()).select_from(approval).where(*outlives)).scalar_one(),
    )
