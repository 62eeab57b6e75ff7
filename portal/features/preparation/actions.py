"""Creating sessions: one from a form, or many from a file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select, update

from portal.core.approvals import ApprovedTitle, of_centre
from portal.core.centres import own
from portal.core.dates import end_first
from portal.core.days_off import holiday
from portal.core.doubts import doubtful_span
from portal.core.grants import to_create
from portal.core.numbers import next_number
from portal.core.outcomes import Doubtful, NotThere
from portal.features.jury.seats import seat_again
from portal.rules.duties import Duty
from portal.rules.expired import Granted
from portal.rules.french import day
from portal.rules.lifecycle import Kind, Status
from portal.rules.lines import Refused
from portal.rules.plausible import Doubt, span
from portal.rules.titles import Approved, may_start
from portal.store.audit import Event
from portal.store.requests import request
from portal.store.sessions import exam_session
from portal.store.work import Work


@dataclass(frozen=True)
class NewSession:
    title_id: int
    kind: Kind
    starts_on: date
    ends_on: date
    place: str
    session_manager: str


@dataclass(frozen=True)
class Created:
    """The numbers of the sessions; `again` when the same form had already created them."""

    numbers: Sequence[int]
    again: bool = False


@dataclass(frozen=True)
class Wrong:
    """What is wrong of the sessions at these places of the list, by field."""

    errors: dict[int, dict[str, str]] = field(default_factory=dict)


def problems(
    new: NewSession, titles: dict[int, ApprovedTitle], today: date, grants: Sequence[Granted] = ()
) -> tuple[dict[str, str], Approved | None]:
    """What is wrong of a session to be created, by field, and the approval that it would have. `grants`: what the unit
    has granted beyond the expiry of this title."""
    errors: dict[str, str] = {}
    known = titles.get(new.title_id)
    approval: Approved | None = None
    if new.starts_on < today:
        errors["starts_on"] = f"Une session ne se crée pas dans le passé : nous sommes le {day(today)}."
    else:
        held = known.approvals if known else []
        granted = any(g.covers(new.starts_on, new.ends_on) for g in grants)
        found = may_start(held, new.starts_on, granted=granted)
        if isinstance(found, str):
            spans = " ; ".join(f"du {day(g.starts_on)} au {day(g.ends_on)}" for g in grants)
            errors["title"] = f"{found} Dates accordées : {spans}." if grants else found
        else:
            approval = found
    if known and new.kind not in known.kinds:
        errors["kind"] = f"Ce titre n’a pas de {new.kind.word} : choisissez un autre type."
    errors |= end_first(new.starts_on, new.ends_on)
    if not new.place:
        errors["place"] = "Indiquez le lieu de l’examen : il figure sur les convocations."
    if not new.session_manager:
        errors["session_manager"] = "Indiquez le responsable de session."
    return errors, approval


TOLD = (
    "centre_id",
    "title_id",
    "kind",
    "starts_on",
    "ends_on",
    "place",
    "session_manager",
    "status",
    "approval_id",
    "convocation",
    "actual_end_checked",
)


def create(
    work: Work, wanted: Sequence[NewSession], key: str, jury_of: int | None = None, confirmed: str | None = None
) -> Created | Wrong | Doubtful | Refused:
    """Create these sessions, all or none. `key` belongs to the form: sent twice, it creates once. `jury_of` is a
    session of the same centre whose jury sits again, as far as its members are accredited on the day. `confirmed`: the seal
    of the question about unlikely dates that is answered; None for a file, whose preview has said them line by line.

    Only a centre creates sessions: raises NotThere for everybody else; one that is closed creates none.
    """
    who = work.actor
    if not who.may(Duty.CREATE_SESSIONS) or who.centre_id is None:
        raise NotThere
    keys = [work.form_key(key, i) for i in range(len(wanted))]
    with work.db.writing() as tx:
        number = next_number(tx, work)
        centre = own(tx, who.centre_id, work.unit_label)
        if stopped := _again(tx, keys) or (centre.begins if isinstance(centre.begins, Refused) else None):
            return stopped
        titles = of_centre(tx, who.centre_id)
        rows, wrong = [], {}
        used: dict[int, int] = {}
        for i, new in enumerate(wanted):
            known = titles.get(new.title_id)
            beyond = known and not any(a.covers(new.starts_on) for a in known.approvals)
            grants = [g for g in to_create(tx, who.centre_id, new.title_id) if g.request_id not in used] if beyond else []
            errors, approval = problems(new, titles, work.on.today, grants)
            if errors:
                wrong[i] = errors
            elif approval:
                rows.append(_row(work, number + i, new, approval, keys[i], centre.department_code))
                if grants:
                    used[next(g.request_id for g in grants if g.covers(new.starts_on, new.ends_on))] = number + i
        if wrong:
            return Wrong(wrong)
        if confirmed is not None and (doubt := _doubtful(work, wanted[0], keys[0], confirmed)):
            return doubt
        tx.execute(insert(exam_session), rows)
        work.record_all(tx, [Event("created", row["id"], after={n: row[n] for n in TOLD}) for row in rows])
        for request_id, session_id in used.items():
            tx.execute(update(request).where(request.c.id == request_id).values(session_id=session_id))
        if jury_of is not None:
            for row in rows:
                seat_again(tx, work, jury_of, row["id"])
        return Created([row["id"] for row in rows])


def _again(tx: Connection, keys: Sequence[str]) -> Created | None:
    """What the same form has created already."""
    made = select(exam_session.c.id).where(exam_session.c.creation_key.in_([keys[0], keys[-1]])).order_by(exam_session.c.id)
    before = tx.execute(made).scalars().all()
    return Created(range(before[0], before[-1] + 1), again=True) if before else None


def doubts(new: NewSession, today: date) -> list[Doubt]:
    """What is unlikely about the dates of a session to be created."""
    return span(("starts_on", new.starts_on), ("ends_on", new.ends_on), today, holiday)


def _doubtful(work: Work, new: NewSession, key: str, confirmed: str) -> Doubtful | None:
    about = f"session to create, form {key}, title {new.title_id}"
    return doubtful_span(work, about, ("starts_on", new.starts_on), ("ends_on", new.ends_on), confirmed)


def created_by(conn: Connection, work: Work, key: str) -> int | None:
    """The session that this person's form of this key has created."""
    return conn.execute(select(exam_session.c.id).where(exam_session.c.creation_key == work.form_key(key, 0))).scalar()


def _row(work: Work, number: int, new: NewSession, approval: Approved, key: str, department: str) -> dict[str, Any]:
    return {
        "id": number,
        "centre_id": work.actor.centre_id,
        "department_code": department,
        "title_id": new.title_id,
        "kind": new.kind.value,
        "starts_on": new.starts_on,
        "ends_on": new.ends_on,
        "place": new.place,
        "session_manager": new.session_manager,
        "status": Status.PREPARATION.value,
        "status_at": work.on.now,
        "status_by": work.actor.signature,
        "approval_id": approval.id,
        "creation_key": key,
        "convocation": 0,
        "actual_end_checked": False,
    }
