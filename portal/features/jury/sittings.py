"""Where a member of a jury sits, and what holds it there."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from portal.core.finding import find_several
from portal.core.session import SessionRow
from portal.features.jury.queries import Accreditation, Member
from portal.rules.jury import Span, why_not
from portal.rules.lifecycle import Status
from portal.store.actors import Actor
from portal.store.jury import session_jury
from portal.store.scope import visible_to
from portal.store.sessions import exam_session

MOST_SHOWN = 50


def sits_on(conn: Connection, actor: Actor, member_id: int, unit_label: str) -> list[SessionRow]:
    """The last fifty sessions on which a member sits, of those that this person may see, newest first. Two queries."""
    query = (
        select(exam_session.c.id)
        .join(session_jury, session_jury.c.session_id == exam_session.c.id)
        .where(session_jury.c.member_id == member_id, visible_to(actor))
        .order_by(exam_session.c.starts_on.desc(), exam_session.c.id.desc())
        .limit(MOST_SHOWN)
    )
    numbers = conn.execute(query).scalars().all()
    found = find_several(conn, actor, numbers, unit_label)
    return [found[number] for number in numbers]


def lose(sessions: Sequence[SessionRow], m: Member, gone: Accreditation) -> list[SessionRow]:
    """Of these sessions, those to come that lose a member of their jury with this accreditation."""
    of_title = [a for a in m.accreditations if a.title_code == gone.title_code]
    held, left = ([Span(*a.span) for a in of_title if a.id != without] for without in (0, gone.id))
    return [
        s
        for s in sessions
        if s.title_code == gone.title_code
        and s.status not in (Status.RESULTS, Status.LOCKED, Status.CANCELLED)
        and why_not(held, *s.facts.accredited_between) is None
        and why_not(left, *s.facts.accredited_between) is not None
    ]
