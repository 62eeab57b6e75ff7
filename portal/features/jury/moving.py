"""Who would sit on several sessions if each took place on other days: the same for one and for fifty."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, select

from portal.core.session import SessionRow
from portal.features.jury.queries import Seat, same_days, sittings, spans_of
from portal.rules.jury import why_not
from portal.rules.names import full_name
from portal.store.actors import Actor
from portal.store.jury import jury_member, session_jury


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
    spans = spans_of(conn, ids, moved)
    others = sittings(conn, actor, ids, moved)
    found: dict[int, list[Seat]] = defaultdict(list)
    for row in rows:
        s = by_number[row.session_id]
        why = why_not(spans[row.id, s.title_id], *s.facts.accredited_between)
        name = full_name(row.last_name, row.first_name)
        found[s.number].append(Seat(row.id, name, row.department_code, why, same_days(s, others[row.id])))
    return found
