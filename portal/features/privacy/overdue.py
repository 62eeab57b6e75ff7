"""What is past its time (rules/retention): how much of each kind, which changes nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, cast, exists, func, literal, select

from portal.clock import PARIS
from portal.rules.names import ERASED
from portal.rules.retention import TABLE, Duration, Kind
from portal.store.accounts import account, sign_in
from portal.store.adjustments import adjustment
from portal.store.audit import OF_NO_SESSION, audit_event
from portal.store.candidates import candidate
from portal.store.conditions import effective_end
from portal.store.jury import accreditation, jury_member, session_jury
from portal.store.limits import durations
from portal.store.links import personal_link
from portal.store.notices import mail, notice
from portal.store.oversight import signal_note
from portal.store.places import centre
from portal.store.security import security_entry
from portal.store.sessions import exam_session


@dataclass(frozen=True)
class Overdue:
    """How much of a kind is past its time, which began before `before`; `sessions`: of which the candidates are."""

    line: Duration
    number: int  # of months or years
    before: date
    count: int
    sessions: int = 0


@dataclass(frozen=True)
class Bound:
    """Since when what is kept is kept: a day, and its first moment in Paris."""

    day: date

    @property
    def at(self) -> datetime:
        return datetime.combine(self.day, time(), PARIS)


OF_SESSIONS = {
    Kind.CANDIDATES: candidate,
    Kind.LINKS: personal_link,
    Kind.ADJUSTMENTS: adjustment,
}  # what is kept, and goes, session by session


def plan(conn: Connection, today: date, kinds: Collection[Kind] = tuple(Kind)) -> list[Overdue]:
    """What `apply` would delete or make anonymous today, kind by kind. Nothing is changed."""
    chosen = durations(conn)
    found = []
    for line in (line for line in TABLE if line.kind in kinds):
        bound = Bound(line.before(chosen[line.kind], today))
        rows = past(line.kind, bound).subquery()
        many = int(conn.execute(select(func.count()).select_from(rows)).scalar_one())
        if (table := OF_SESSIONS.get(line.kind)) is not None:
            people = select(func.count()).select_from(table).where(table.c.session_id.in_(select(rows.c.id)))
            found.append(Overdue(line, chosen[line.kind], bound.day, int(conn.execute(people).scalar_one()), sessions=many))
        else:
            found.append(Overdue(line, chosen[line.kind], bound.day, many))
    return found


def past(kind: Kind, bound: Bound) -> Select[Any]:
    """The key of each row of this kind that is past its time; of candidates and links, their session."""
    match kind:
        case Kind.SIGN_INS:
            return select(sign_in.c.token_digest.label("id")).where(sign_in.c.at < bound.at)
        case Kind.JOURNAL:
            e = security_entry.c
            return select(e.id).where(e.first_at < bound.at, e.last_at < bound.at)
        case Kind.LINKS:
            linked = exists().where(personal_link.c.session_id == exam_session.c.id)
            return select(exam_session.c.id).where(effective_end < bound.day, linked)
        case Kind.ADJUSTMENTS:
            noted = exists().where(adjustment.c.session_id == exam_session.c.id, adjustment.c.note.is_not(None))
            return select(exam_session.c.id).where(effective_end < bound.day, noted)
        case Kind.MAILS:
            return select(mail.c.id).where(mail.c.at < bound.at)
        case Kind.NOTICES:
            return select(notice.c.id).where(notice.c.at < bound.at)
        case Kind.SIGNALS:
            return select(signal_note.c.id).where(signal_note.c.at < bound.at, signal_note.c.note != ERASED)
        case Kind.CENTRES:
            reached = (centre.c.email != "") | (centre.c.phone != "")
            return select(centre.c.id).where(centre.c.closed_on < bound.day, reached)
        case Kind.ACCOUNTS:
            return select(account.c.id).where(account.c.closed_at < bound.at, account.c.erased_at.is_(None))
        case Kind.MEMBERS:
            return select(jury_member.c.id).where(jury_member.c.erased_at.is_(None), *_unused_since(bound))
        case Kind.CANDIDATES:
            return select(exam_session.c.id).where(effective_end < bound.day, exam_session.c.people_erased_at.is_(None))


def _unused_since(bound: Bound) -> list[ColumnElement[bool]]:
    """Conditions on jury_member: neither accredited, nor seated, nor kept by anybody since."""
    m = jury_member.c.id
    accredited = exists().where(accreditation.c.member_id == m, accreditation.c.valid_to >= bound.day)
    seated = exists().where(
        session_jury.c.member_id == m, exam_session.c.id == session_jury.c.session_id, effective_end >= bound.day
    )
    subject = literal("member ") + cast(m, String)
    kept = exists().where(OF_NO_SESSION, audit_event.c.subject == subject, audit_event.c.at >= bound.at)
    return [~accredited, ~seated, ~kept]
