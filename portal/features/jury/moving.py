"""Who would sit on several sessions if each took place on other days: the same for one and for fifty."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, select

from portal.core.session import SessionRow
from portal.features.jury.queries import Other, Seat
from portal.rules.jury import Span, why_not
from portal.rules.lifecycle import Status
from portal.rules.names import full_name
from portal.store.actors import Actor
from portal.store.conditions import first_day, last_day
from portal.store.jury import accreditation, jury_member, session_jury
from portal.store.scope import visible_to
from portal.store.sessions import exam_session


def seated_on(conn: Connection, actor: Actor, moved: Sequence[SessionRow]) -> dict[int, list[Seat]]:
    """The jury of each of these sessions, which carry the days that they would have, by number. Three queries."""
    sits = (
        select(session_jury.c.session_id, jury_member)
        .join(jury_member, jury_member.c.id == session_jury.c.member_id)
        .where(session_jury.c.session_id.in_([s.number for s in moved]))
        .order_by(jury_member.c.sort_key, jury_member.c.id)
    )
    rows = conn.execute(sits).all()
    if not rows:
        return {}
    by_number = {s.number: s for s in moved}
    ids = sorted({row.id for row in rows})
    spans = _spans(conn, ids, moved)
    others = _others(conn, actor, ids, moved)
    found: dict[int, list[Seat]] = defaultdict(list)
    for row in rows:
        s = by_number[row.session_id]
        why = why_not(spans[row.id, s.title_id], *s.facts.accredited_between)
        name = full_name(row.last_name, row.first_name)
        found[s.number].append(Seat(row.id, name, row.department_code, why, _same_days(s, others[row.id])))
    return found


def _spans(conn: Connection, ids: Sequence[int], moved: Sequence[SessionRow]) -> dict[tuple[int, int], list[Span]]:
    titles = sorted({s.title_id for s in moved})
    spans: dict[tuple[int, int], list[Span]] = defaultdict(list)
    for row in conn.execute(
        select(accreditation).where(accreditation.c.member_id.in_(ids), accreditation.c.title_id.in_(titles))
    ):
        spans[row.member_id, row.title_id].append(Span(row.valid_from, row.valid_to))
    return spans


# A session on which a member sits, by its number, and as the reader may know it.
_Sits = tuple[int, Other]


def _others(conn: Connection, actor: Actor, ids: Sequence[int], moved: Sequence[SessionRow]) -> dict[int, list[_Sits]]:
    """What these members sit on, not cancelled, between the first of all these days and the last."""
    days = [(s.facts.first_day, s.facts.last_day) for s in moved]
    known = [(first, last) for first, last in days if first and last]
    found: dict[int, list[_Sits]] = defaultdict(list)
    if not known:
        return found
    query = (
        select(
            session_jury.c.member_id,
            exam_session.c.id,
            first_day.label("starts_on"),
            last_day.label("ends_on"),
            visible_to(actor).label("mine"),
        )
        .join(exam_session, exam_session.c.id == session_jury.c.session_id)
        .where(
            session_jury.c.member_id.in_(ids),
            exam_session.c.status != Status.CANCELLED.value,
            first_day <= max(last for _, last in known),
            last_day >= min(first for first, _ in known),
        )
        .order_by(first_day, exam_session.c.id)
    )
    for row in conn.execute(query):
        found[row.member_id].append((row.id, Other(row.id if row.mine else None, row.starts_on, row.ends_on)))
    return found


def _same_days(s: SessionRow, sits: Sequence[_Sits]) -> list[Other]:
    first, last = s.facts.first_day, s.facts.last_day
    if first is None or last is None:
        return []
    return [other for number, other in sits if number != s.number and other.starts_on <= last and other.ends_on >= first]
