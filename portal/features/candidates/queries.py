"""One candidate, the same person elsewhere, and where the person stands on the way to the title."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, tuple_

from portal.core.session import SessionRow
from portal.rules.civil import COLUMNS as CIVIL
from portal.rules.lifecycle import Kind
from portal.rules.outcomes import Outcome, Past, Standing, standing
from portal.store.actors import Actor
from portal.store.adjustments import adjustment
from portal.store.batches import batches
from portal.store.candidates import candidate, result
from portal.store.conditions import effective_end
from portal.store.documents import document
from portal.store.jury import trainer_link
from portal.store.places import centre
from portal.store.scope import visible_to
from portal.store.sessions import exam_session
from portal.store.text import fold
from portal.store.titles import CertificateKind, certificate
from portal.store.walls import beyond

Identity = tuple[str, date]
MOST_OFFERED = 20
PEOPLE = 400  # asked for in one statement
Listed = Row[Any]  # a candidate of a session


def find(conn: Connection, number: int, candidate_id: int) -> Listed | None:
    """The candidate of this number, if it is on this session's list."""
    query = select(candidate).where(candidate.c.id == candidate_id, candidate.c.session_id == number)
    return conn.execute(query).one_or_none()


def comes_back_whole(conn: Connection, row: Listed) -> bool:
    """Whether whoever adds this person anew has all back that is kept of it on this list: nothing but name, birth and address, and
    no paper was made under its number."""
    if row.convened_for is not None or any(getattr(row, name) for name in CIVIL):
        return False
    beside = (
        select(adjustment.c.candidate_id).where(adjustment.c.candidate_id == row.id),
        select(trainer_link.c.candidate_id).where(trainer_link.c.candidate_id == row.id),
        select(document.c.code).where(document.c.session_id == row.session_id, document.c.candidate_id == row.id),
    )
    return not any(conn.execute(query.limit(1)).first() for query in beside)


def known_people(conn: Connection, centre_id: int, number: int, search: str) -> list[Row[Any]]:
    """People of other sessions of the same centre who are not on this list, by name; each once, as last written."""
    words = fold(search).split()[:5]
    if not words:
        return []
    here = select(candidate.c.sort_key).where(
        candidate.c.session_id == number, candidate.c.sort_key == other.c.sort_key, candidate.c.born_on == other.c.born_on
    )
    query = (
        select(other.c.sort_key, other.c.last_name, other.c.first_name, other.c.born_on, other.c.email, other.c.session_id)
        .join(exam_session, exam_session.c.id == other.c.session_id)
        .where(
            exam_session.c.centre_id == centre_id,
            other.c.session_id != number,
            *(other.c.sort_key.contains(w, autoescape=True) for w in words),
            ~here.exists(),
        )
        .order_by(other.c.sort_key, other.c.born_on, other.c.session_id.desc())
        .limit(200)
    )
    once: dict[Identity, Row[Any]] = {}
    rows: Iterable[Row[Any]] = conn.execute(query)
    for row in rows:
        once.setdefault((row.sort_key, row.born_on), row)
    return list(once.values())[:MOST_OFFERED]


other = candidate.alias("other")


def seen_before(conn: Connection, centre_id: int, number: int, people: Sequence[Identity]) -> dict[Identity, int]:
    """Which of these people are known from another session of the same centre, and from which."""
    found: dict[Identity, int] = {}
    for part in batches(sorted(set(people)), PEOPLE):
        query = (
            select(candidate.c.sort_key, candidate.c.born_on, candidate.c.session_id)
            .join(exam_session, exam_session.c.id == candidate.c.session_id)
            .where(
                tuple_(candidate.c.sort_key, candidate.c.born_on).in_(part),
                exam_session.c.centre_id == centre_id,
                candidate.c.session_id != number,
            )
            .order_by(candidate.c.session_id)
        )
        found.update({(r.sort_key, r.born_on): r.session_id for r in conn.execute(query)})
    return found


@dataclass(frozen=True)
class Step:
    """A session in which the person was examined for the title. `number` only when the reader may see it."""

    number: int | None
    kind: Kind
    on: date
    centre_name: str


@dataclass(frozen=True)
class Ccp:
    id: int
    label: str
    step: Step | None


@dataclass(frozen=True)
class Way:
    """Where a person stands on the way to one title, with the sessions that led there."""

    standing: Standing
    certificates: Sequence[Ccp]
    title: Step | None


def certificates_of(conn: Connection, title_id: int) -> list[tuple[int, str]]:
    """The title's CCP in their order: number and label."""
    query = select(certificate.c.id, certificate.c.label).where(
        certificate.c.title_id == title_id, certificate.c.kind == CertificateKind.CCP
    )
    return [(r.id, r.label) for r in conn.execute(query.order_by(certificate.c.position))]


def past_of(conn: Connection, title_id: int, people: Sequence[Identity]) -> dict[Identity, list[Past]]:
    """The definitive results of these people for this title, in all sessions of all centres. One query for 400 people."""
    entries: dict[tuple[Identity, int], dict[int | None, Outcome]] = defaultdict(dict)
    about: dict[int, tuple[Kind, date]] = {}
    for part in batches(sorted(set(people)), PEOPLE):
        query = (
            select(
                candidate.c.sort_key,
                candidate.c.born_on,
                result.c.session_id,
                result.c.certificate_id,
                result.c.outcome,
                exam_session.c.kind,
                effective_end.label("on"),
            )
            .join(result, and_(result.c.candidate_id == candidate.c.id, result.c.session_id == candidate.c.session_id))
            .join(exam_session, exam_session.c.id == candidate.c.session_id)
            .where(
                or_(*(and_(candidate.c.sort_key == key, candidate.c.born_on == born) for key, born in part))
                if len(part) < 5
                else tuple_(candidate.c.sort_key, candidate.c.born_on).in_(part),
                exam_session.c.title_id == title_id,
                result.c.definitive,
            )
        )
        with beyond(conn):
            rows = conn.execute(query).all()
        for r in rows:
            entries[(r.sort_key, r.born_on), r.session_id][r.certificate_id] = Outcome(r.outcome)
            about[r.session_id] = (Kind(r.kind), r.on)
    found: dict[Identity, list[Past]] = defaultdict(list)
    for (who, session), entry in entries.items():
        found[who].append(Past(session, *about[session], entry))
    return found


def standings(conn: Connection, title_id: int, people: Sequence[Identity]) -> dict[Identity, Standing]:
    """Where each of these people stands on the way to this title."""
    ids = [c for c, _ in certificates_of(conn, title_id)]
    past = past_of(conn, title_id, people)
    return {who: standing(ids, past.get(who, [])) for who in people}


def way_to(conn: Connection, actor: Actor, s: SessionRow, who: Identity) -> Way:
    """Which CCP of the session's title this person holds and which are missing. Sessions of other centres have no number
    for a centre: what was obtained is the person's, where is not the reader's."""
    labels = certificates_of(conn, s.title_id)
    found = standing([c for c, _ in labels], past_of(conn, s.title_id, [who]).get(who, []))
    sessions = {p.session for p in found.held.values()} | ({found.title.session} if found.title else set())
    query = (
        select(exam_session.c.id, exam_session.c.kind, effective_end.label("on"), centre.c.name, visible_to(actor).label("mine"))
        .join(centre, centre.c.id == exam_session.c.centre_id)
        .where(exam_session.c.id.in_(sessions))
    )
    with beyond(conn):
        rows = conn.execute(query).all()
    steps = {r.id: Step(r.id if r.mine else None, Kind(r.kind), r.on, r.name if r.mine else "") for r in rows}
    certificates = [Ccp(c, label, steps[found.held[c].session] if c in found.held else None) for c, label in labels]
    return Way(found, certificates, steps[found.title.session] if found.title else None)
