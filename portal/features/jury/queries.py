"""Members of juries: those of a local unit, those who sit on a session, and those whom a centre may pick."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, func, select

from portal.core.session import SessionRow
from portal.rules.jury import Span, why_not
from portal.rules.lifecycle import Status
from portal.rules.names import full_name
from portal.store.actors import Actor
from portal.store.conditions import first_day, first_day_of, last_day, last_day_of
from portal.store.jury import accreditation, jury_member, session_jury, trainer_link
from portal.store.links import personal_link
from portal.store.places import department
from portal.store.scope import visible_to, within
from portal.store.sessions import exam_session
from portal.store.text import fold
from portal.store.titles import title
from portal.store.walls import beyond

MOST_SHOWN = 100


@dataclass(frozen=True)
class Accreditation:
    id: int
    title_code: str
    title_label: str
    valid_from: date
    valid_to: date

    @property
    def span(self) -> tuple[date, date]:
        return self.valid_from, self.valid_to


@dataclass(frozen=True)
class Member:
    id: int
    last_name: str
    first_name: str
    email: str
    department_code: str
    version: int
    accreditations: Sequence[Accreditation] = ()

    @property
    def name(self) -> str:
        return full_name(self.last_name, self.first_name)


@dataclass(frozen=True)
class Other:
    """Another session on which a member sits during these days; `number` only when the reader may see it."""

    number: int | None
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Seat:
    """A member with what it takes to sit on one session: `why_not` is None when accredited on the day."""

    id: int
    name: str
    department_code: str
    why_not: str | None
    elsewhere: Sequence[Other] = ()
    trained: frozenset[int] = field(default_factory=frozenset)


def kept_by(actor: Actor) -> ColumnElement[bool]:
    """The members that this person may see in full: those of its unit, region, or all; a centre none."""
    return within(actor, jury_member.c.department_code)


def members(conn: Connection, actor: Actor, search: str = "") -> list[Member]:
    """The members that this person may see, in French order, at most a hundred, with their accreditations. Two queries."""
    query = select(jury_member).where(kept_by(actor), *(jury_member.c.sort_key.contains(w) for w in fold(search).split()[:5]))
    rows = conn.execute(query.order_by(jury_member.c.sort_key, jury_member.c.id).limit(MOST_SHOWN)).all()
    held = _accreditations(conn, [r.id for r in rows])
    return [_member(r, held.get(r.id, [])) for r in rows]


def member(conn: Connection, actor: Actor, member_id: int, *, for_update: bool = False) -> Member | None:
    query = select(jury_member).where(jury_member.c.id == member_id, kept_by(actor))
    row = conn.execute(query.with_for_update() if for_update else query).one_or_none()
    return _member(row, _accreditations(conn, [row.id]).get(row.id, [])) if row else None


def _member(row: Row[Any], held: Sequence[Accreditation]) -> Member:
    return Member(row.id, row.last_name, row.first_name, row.email, row.department_code, row.version, tuple(held))


def _accreditations(conn: Connection, ids: Sequence[int]) -> dict[int, list[Accreditation]]:
    found: dict[int, list[Accreditation]] = defaultdict(list)
    query = (
        select(accreditation, title.c.code, title.c.label)
        .join(title, title.c.id == accreditation.c.title_id)
        .where(accreditation.c.member_id.in_(ids))
        .order_by(title.c.code, accreditation.c.valid_from)
    )
    with beyond(conn):
        rows = conn.execute(query).all()
    for row in rows:
        found[row.member_id].append(Accreditation(row.id, row.code, row.label, row.valid_from, row.valid_to))
    return found


def seated(conn: Connection, actor: Actor, s: SessionRow) -> list[Seat]:
    """Who sits on the session's jury, in French order."""
    sits = select(session_jury.c.member_id).where(session_jury.c.session_id == s.number)
    trained: dict[int, set[int]] = defaultdict(set)
    for row in conn.execute(select(trainer_link).where(trainer_link.c.session_id == s.number)):
        trained[row.member_id].add(row.candidate_id)
    return _seats(conn, actor, s, jury_member.c.id.in_(sits), trained=trained)


@dataclass(frozen=True)
class Brief:
    """A member of a session's jury, as the session's page tells it."""

    name: str
    accredited: bool
    elsewhere: bool
    answer: str  # to the convocation: « oui », « non », or none yet


_here = exam_session.alias("here")
_there = session_jury.alias("there")
_BRIEF = (
    select(
        jury_member.c.last_name,
        jury_member.c.first_name,
        select(accreditation.c.id)
        .where(
            accreditation.c.member_id == jury_member.c.id,
            accreditation.c.title_id == _here.c.title_id,
            accreditation.c.valid_from <= func.coalesce(first_day_of(_here), _here.c.ends_on),
            accreditation.c.valid_to >= func.coalesce(first_day_of(_here), _here.c.starts_on),
        )
        .exists()
        .label("accredited"),
        select(_there.c.session_id)
        .join(exam_session, exam_session.c.id == _there.c.session_id)
        .where(
            _there.c.member_id == jury_member.c.id,
            exam_session.c.id != _here.c.id,
            exam_session.c.status != Status.CANCELLED.value,
            first_day <= last_day_of(_here),
            last_day >= first_day_of(_here),
        )
        .exists()
        .label("elsewhere"),
        personal_link.c.answer,
    )
    .join_from(session_jury, jury_member, jury_member.c.id == session_jury.c.member_id)
    .join(_here, _here.c.id == session_jury.c.session_id)
    .outerjoin(
        personal_link,
        and_(personal_link.c.session_id == session_jury.c.session_id, personal_link.c.member_id == session_jury.c.member_id),
    )
    .where(session_jury.c.session_id == bindparam("number"))
    .order_by(jury_member.c.sort_key, jury_member.c.id)
)


def brief(conn: Connection, number: int) -> list[Brief]:
    """Who sits on a session's jury, in one query."""
    with beyond(conn):  # of where else they sit
        rows = conn.execute(_BRIEF, {"number": number}).all()
    return [Brief(full_name(r.last_name, r.first_name), r.accredited, r.elsewhere, r.answer or "") for r in rows]


def pickable(conn: Connection, actor: Actor, s: SessionRow, search: str = "") -> list[Seat]:
    """The members of the region whom a centre may pick, and those whom it may not, with why: first those who may.

    Without a search only members with some accreditation for the title are looked at.
    """
    sits = select(session_jury.c.member_id).where(session_jury.c.session_id == s.number)
    words = fold(search).split()[:5]
    where = [_in_region(s.department_code), jury_member.c.id.not_in(sits), *(jury_member.c.sort_key.contains(w) for w in words)]
    if not words:
        where.append(jury_member.c.id.in_(select(accreditation.c.member_id).where(accreditation.c.title_id == s.title_id)))
    found = _seats(conn, actor, s, *where)
    return sorted(found, key=lambda seat: seat.why_not is not None)[:MOST_SHOWN]


def _in_region(department_code: str) -> ColumnElement[bool]:
    """Members kept by a unit of the same region."""
    own = select(department.c.region_code).where(department.c.code == department_code).scalar_subquery()
    return jury_member.c.department_code.in_(select(department.c.code).where(department.c.region_code == own))


def _seats(
    conn: Connection,
    actor: Actor,
    s: SessionRow,
    *where: ColumnElement[bool],
    trained: Mapping[int, Collection[int]] | None = None,
) -> list[Seat]:
    rows = conn.execute(
        select(jury_member).where(*where).order_by(jury_member.c.sort_key, jury_member.c.id).limit(5 * MOST_SHOWN)
    ).all()
    if not rows:
        return []
    ids = [r.id for r in rows]
    spans = spans_of(conn, ids, [s])
    others = sittings(conn, actor, ids, [s])
    links = trained or {}
    return [
        Seat(
            r.id,
            full_name(r.last_name, r.first_name),
            r.department_code,
            why_not(spans[r.id, s.title_id], *s.facts.accredited_between),
            same_days(s, others[r.id]),
            frozenset(links.get(r.id, ())),
        )
        for r in rows
    ]


def spans_of(conn: Connection, ids: Sequence[int], sessions: Sequence[SessionRow]) -> dict[tuple[int, int], list[Span]]:
    """When these members are accredited for the titles of these sessions, by member and title."""
    titles = sorted({s.title_id for s in sessions})
    spans: dict[tuple[int, int], list[Span]] = defaultdict(list)
    for row in conn.execute(
        select(accreditation).where(accreditation.c.member_id.in_(ids), accreditation.c.title_id.in_(titles))
    ):
        spans[row.member_id, row.title_id].append(Span(row.valid_from, row.valid_to))
    return spans


# A session on which a member sits, by its number, and as the reader may know it.
_Sits = tuple[int, Other]


def sittings(conn: Connection, actor: Actor, ids: Sequence[int], sessions: Sequence[SessionRow]) -> dict[int, list[_Sits]]:
    """What these members sit on, not cancelled, between the first of all these days and the last."""
    days = [(s.facts.first_day, s.facts.last_day) for s in sessions]
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
    with beyond(conn):
        rows = conn.execute(query).all()
    for row in rows:
        found[row.member_id].append((row.id, Other(row.id if row.mine else None, row.starts_on, row.ends_on)))
    return found


def same_days(s: SessionRow, sits: Sequence[_Sits]) -> list[Other]:
    """Of what a member sits on: the other sessions that share a day with this one; none while it has no days."""
    first, last = s.facts.first_day, s.facts.last_day
    if first is None or last is None:
        return []
    return [other for number, other in sits if number != s.number and other.starts_on <= last and other.ends_on >= first]
