"""One session, read through scope: the same way to show it and to hold it."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from portal.core.outcomes import NotThere
from portal.core.session import SessionRow
from portal.rules.lifecycle import Kind, Role, Status
from portal.rules.minutes import Minutes
from portal.store.actors import Actor
from portal.store.candidates import candidate
from portal.store.conditions import first_day
from portal.store.jury import accreditation, session_jury, trainer_link
from portal.store.measures import measure_run
from portal.store.minutes import minutes_state
from portal.store.places import centre, department
from portal.store.requests import RequestStatus, request, stands_at
from portal.store.scope import visible_to
from portal.store.sessions import exam_session
from portal.store.titles import title

candidate_count = select(func.count()).where(candidate.c.session_id == exam_session.c.id).scalar_subquery()

# Candidates who hold no convocation that still stands.
unconvened_count = (
    select(func.count())
    .where(
        candidate.c.session_id == exam_session.c.id,
        candidate.c.convened_for.is_distinct_from(exam_session.c.convocation),
    )
    .correlate(exam_session)
    .scalar_subquery()
)

# Members of the jury who are accredited for the title on the first day of the exam.
jury_count = (
    select(func.count(session_jury.c.member_id.distinct()))
    .join(accreditation, accreditation.c.member_id == session_jury.c.member_id)
    .where(
        session_jury.c.session_id == exam_session.c.id,
        accreditation.c.title_id == exam_session.c.title_id,
        # On the first day of the exam; while a moved session has none, at any time of the session.
        accreditation.c.valid_from <= func.coalesce(first_day, exam_session.c.ends_on),
        accreditation.c.valid_to >= func.coalesce(first_day, exam_session.c.starts_on),
    )
    .correlate(exam_session)
    .scalar_subquery()
)
# Candidates whom two members of the jury or more have trained.
_trained_twice = (
    select(trainer_link.c.candidate_id)
    .where(trainer_link.c.session_id == exam_session.c.id)
    .group_by(trainer_link.c.candidate_id)
    .having(func.count() > 1)
    .correlate(exam_session)
    .subquery()
)
own_trainers = select(func.count()).select_from(_trained_twice).scalar_subquery()

_open_request = (
    select(request.c.id)
    .where(request.c.session_id == exam_session.c.id, stands_at(RequestStatus.OPEN))
    .correlate(exam_session)
    .scalar_subquery()
)

_OWN = [c for c in exam_session.c if c.name not in ("id", "creation_key", "deposited_version")]

_SELECT: Select[Any] = (
    select(
        exam_session.c.id.label("number"),
        *_OWN,
        centre.c.name.label("centre_name"),
        centre.c.siret,
        department.c.unit_name,
        department.c.unit_email,
        department.c.unit_phone,
        title.c.code.label("title_code"),
        title.c.label.label("title_label"),
        title.c.decree_on,
        title.c.expires_on,
        title.c.extension_months,
        measure_run.c.measure_key,
        measure_run.c.label.label("measure_label"),
        measure_run.c.definition.label("measure_text"),
        candidate_count.label("candidates"),
        unconvened_count.label("unconvened"),
        jury_count.label("jury"),
        own_trainers.label("own_trainers"),
        _open_request.label("open_request"),
        minutes_state.label("minutes"),
    )
    .join(centre, centre.c.id == exam_session.c.centre_id)
    .join(department, department.c.code == exam_session.c.department_code)
    .join(title, title.c.id == exam_session.c.title_id)
    .outerjoin(measure_run, measure_run.c.id == exam_session.c.postponed_run_id)
)


def find(conn: Connection, actor: Actor, number: int, unit_label: str, *, for_update: bool = False) -> SessionRow:
    """The session of this number, as this person may see it. `for_update` holds the row until the transaction ends, and reads it
    once it is held: what others committed while one waited is seen, in the tables beside it too.

    Raises NotThere when there is none, or none for this person.
    """
    scope = actor.role, actor.centre_id, actor.department_code, actor.region_code
    if for_update and conn.dialect.name != "sqlite":  # where whoever writes has the whole database
        conn.execute(_held(*scope), {"number_": number})
    row = conn.execute(_found(*scope), {"number_": number}).one_or_none()
    if row is None:
        raise NotThere
    return _session(row, unit_label)


def find_several(conn: Connection, actor: Actor, numbers: Collection[int], unit_label: str) -> dict[int, SessionRow]:
    """Those of these sessions that this person may see, by number. One query."""
    rows = conn.execute(_SELECT.where(exam_session.c.id.in_(sorted(numbers)), visible_to(actor)))
    return {row.number: _session(row, unit_label) for row in rows}


@lru_cache(maxsize=512)
def _found(role: Role, centre_id: int | None, department_code: str | None, region_code: str | None) -> Select[Any]:
    """The query of `find` for everybody of one scope: built once, asked with a number."""
    scope = Actor(None, "", "", role, centre_id, department_code, region_code)
    return _SELECT.where(exam_session.c.id == bindparam("number_"), visible_to(scope))


@lru_cache(maxsize=512)
def _held(role: Role, centre_id: int | None, department_code: str | None, region_code: str | None) -> Select[tuple[int]]:
    """What holds its row, for everybody of one scope."""
    scope = Actor(None, "", "", role, centre_id, department_code, region_code)
    return select(exam_session.c.id).where(exam_session.c.id == bindparam("number_"), visible_to(scope)).with_for_update()


def _session(row: Row[Any], unit_label: str) -> SessionRow:
    values = dict(row._mapping)
    values["unit"] = f"{unit_label} {row.department_code}"
    values["kind"] = Kind(row.kind)
    values["status"] = Status(row.status)
    values["minutes"] = Minutes(row.minutes)
    return SessionRow(**values)
