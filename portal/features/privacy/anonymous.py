"""How what is kept of a person becomes nobody's: names go, numbers and results stay, and the trail tells of it.

A name is taken from every place that holds one: the row itself, what stands beside the trail (`portal.store.personal`), reasons
that somebody typed, notices about it. What can only grow holds none since version 1.15; of before, see docs/decisions.md.
"""

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import Column, ColumnElement, Connection, String, case, cast, delete, func, literal, or_, select, update

from portal.rules import civil
from portal.rules.names import ERASED
from portal.store.accounts import account, sign_in
from portal.store.adjustments import adjustment
from portal.store.attendance import incident
from portal.store.audit import Event, audit_event
from portal.store.calendars import calendar_feed
from portal.store.candidates import candidate
from portal.store.deposits import deposit_line
from portal.store.factors import factor, recovery_code
from portal.store.jury import jury_member
from portal.store.links import personal_link
from portal.store.measures import measure, measure_run
from portal.store.minutes import minutes, minutes_part
from portal.store.notices import Mailing, closing, letter, mail, notice
from portal.store.oversight import signal_note
from portal.store.personal import clear_value
from portal.store.places import centre
from portal.store.requests import request
from portal.store.sessions import exam_session
from portal.store.text import fold
from portal.store.work import Work

NO_BIRTHDAY = date(1900, 1, 1)  # the column is never empty
Erase = Callable[[Connection, Work, Sequence[int]], int]

# Which columns of today say who acted, in words of before version 1.15. `draw` and `measure_line` can only grow: they stay.
SIGNED = (
    (request, "made_by"),
    (request, "answered_by"),
    (letter, "by"),
    (closing, "by"),
    (signal_note, "by"),
    (measure_run, "actor"),
    (measure, "written_by"),
)


def _nobody(number: Column[int]) -> dict[str, ColumnElement[str]]:
    """The name of somebody who has none any more: « EFFACÉ n° 12 »."""
    own = literal("n° ") + cast(number, String)
    return {"last_name": literal(ERASED), "first_name": own, "sort_key": literal(f"{fold(ERASED)} n ") + cast(number, String)}


def erase_sessions(tx: Connection, work: Work, numbers: Sequence[int]) -> int:
    """The candidates of these sessions, and what was typed of them, become nobody's; how many candidates."""
    c, s, r = candidate.c, exam_session.c, request.c
    _links_of(tx, numbers)
    _unadjusted(tx, numbers)
    count = select(c.session_id, func.count().label("many")).where(c.session_id.in_(numbers)).group_by(c.session_id)
    people = {row.session_id: row.many for row in tx.execute(count)}
    asked = list(tx.execute(select(r.id).where(r.session_id.in_(numbers))).scalars())
    unname(
        tx,
        candidates=c.session_id.in_(numbers),
        lines=deposit_line.c.session_id.in_(numbers),
        requests=r.id.in_(asked),
        incidents=incident.c.session_id.in_(numbers),
    )
    tx.execute(delete(minutes_part).where(minutes_part.c.session_id.in_(numbers)))
    tx.execute(update(minutes).where(minutes.c.session_id.in_(numbers), minutes.c.reason != "").values(reason=ERASED))
    manager = case((s.session_manager == "", literal("")), else_=literal(ERASED))
    values = {"session_manager": manager, "people_erased_at": work.on.now, "version": s.version + 1}
    tx.execute(update(exam_session).where(s.id.in_(numbers)).values(**values))
    _forget(tx, [*(f"session {n}" for n in numbers), *(f"request {n}" for n in asked)])
    links = [*(f"/sessions/{n}" for n in numbers), *(f"/demandes/{n}" for n in asked)]
    for table in (notice, mail):
        tx.execute(delete(table).where(table.c.link.in_(links)))
    told = [Event("people_erased", n, after={"candidates": people.get(n, 0), "people_erased_at": work.on.now}) for n in numbers]
    work.record_all(tx, told)
    return sum(people.values())


def unname(
    tx: Connection,
    *,
    candidates: ColumnElement[bool],
    lines: ColumnElement[bool],
    requests: ColumnElement[bool],
    incidents: ColumnElement[bool],
) -> None:
    """These candidates are nobody, and what named them says nothing: the salt of their lines of a deposit and what a report said
    of them, requests, incidents."""
    nothing = {**dict.fromkeys(civil.COLUMNS, ""), "born_on": NO_BIRTHDAY, "email": ""}
    tx.execute(update(candidate).where(candidates).values(**_nobody(candidate.c.id), **nothing))
    tx.execute(update(deposit_line).where(lines).values(salt="", reason=""))
    answer = request.c.answer
    answered = case((or_(answer.is_(None), answer == ""), answer), else_=literal(ERASED))
    tx.execute(update(request).where(requests).values(reason=ERASED, answer=answered))
    tx.execute(update(incident).where(incidents).values(text=ERASED))


def erase_adjustments(tx: Connection, work: Work, numbers: Sequence[int]) -> int:
    """What was adjusted for the candidates of these sessions is nobody's business any more; of how many."""
    erased = _unadjusted(tx, numbers)
    work.record_all(tx, [Event("adjustments_erased", n, after={"candidates": erased[n]}) for n in numbers])
    return sum(erased.values())


def _unadjusted(tx: Connection, numbers: Sequence[int]) -> dict[int, int]:
    """Take note and salt away, and leave the digest, by which papers are still checked: how many, by session."""
    of = adjustment.c.session_id
    noted = (of.in_(numbers), adjustment.c.note.is_not(None))
    counted = tx.execute(select(of, func.count().label("many")).where(*noted).group_by(of)).all()
    tx.execute(update(adjustment).where(*noted).values(note=None, salt=None))
    return dict.fromkeys(numbers, 0) | {row.session_id: row.many for row in counted}


def end_links(tx: Connection, work: Work, numbers: Sequence[int]) -> int:
    """The private links of the people of these sessions open nothing any more; how many."""
    ended = _links_of(tx, numbers)
    work.record_all(tx, [Event("links_ended", n, after={"links": ended[n]}) for n in numbers])
    return sum(ended.values())


def _links_of(tx: Connection, numbers: Sequence[int]) -> dict[int, int]:
    """Take the links of these sessions away: how many, by session."""
    of = personal_link.c.session_id
    counted = tx.execute(select(of, func.count().label("many")).where(of.in_(numbers)).group_by(of)).all()
    tx.execute(delete(mail).where(mail.c.message_id.in_(select(personal_link.c.message_id).where(of.in_(numbers)))))
    tx.execute(delete(personal_link).where(of.in_(numbers)))
    return dict.fromkeys(numbers, 0) | {row.session_id: row.many for row in counted}


def erase_members(tx: Connection, work: Work, numbers: Sequence[int]) -> int:
    """These members of juries become nobody; where they sat stays. How many."""
    m = jury_member.c
    values = {**_nobody(m.id), "email": "", "erased_at": work.on.now, "version": m.version + 1}
    tx.execute(update(jury_member).where(m.id.in_(numbers)).values(**values))
    _forget(tx, [f"member {n}" for n in numbers])
    work.record_all(tx, [Event("member_erased", subject=f"member {n}", after={"member": n}) for n in numbers])
    return len(numbers)


def erase_notes(tx: Connection, work: Work, numbers: Sequence[int]) -> int:
    """What was written when these signals were closed goes; they stay closed. How many."""
    tx.execute(update(signal_note).where(signal_note.c.id.in_(numbers)).values(note=ERASED))
    _forget(tx, [f"signal {n}" for n in numbers])
    work.record_all(tx, [Event("signal_note_erased", subject=f"signal {n}", after={"note": n}) for n in numbers])
    return len(numbers)


def erase_contacts(tx: Connection, work: Work, numbers: Sequence[int]) -> int:
    """Nobody is reached any more under the address and the telephone of these closed centres. How many."""
    gone = {"email": "", "phone": ""}
    tx.execute(update(centre).where(centre.c.id.in_(numbers)).values(**gone, version=centre.c.version + 1))
    work.record_all(tx, [Event("centre_contact_erased", subject=f"centre {n}", after=gone) for n in numbers])
    return len(numbers)


def erase_accounts(tx: Connection, work: Work, numbers: Sequence[int]) -> int:
    """These closed accounts become nobody's; what they did stays done. How many."""
    a = account.c
    _unsign(tx, numbers)
    for table in (sign_in, mail, notice, factor, recovery_code, calendar_feed):
        tx.execute(delete(table).where(table.c.account_id.in_(numbers)))
    gone = {"password_hash": None, "next_email": None, "next_email_at": None, "salt": None, "mailing": Mailing.NONE.value}
    email = literal(f"{fold(ERASED)}-") + cast(a.id, String) + literal("@invalid")
    tx.execute(
        update(account)
        .where(a.id.in_(numbers))
        .values(**gone, name=ERASED, email=email, erased_at=work.on.now, version=a.version + 1)
    )
    _forget(tx, [f"account {n}" for n in numbers])
    work.record_all(tx, [Event("account_erased", subject=f"account {n}", after={"account": n}) for n in numbers])
    return len(numbers)


def _forget(tx: Connection, whose: Sequence[str]) -> None:
    """What stands beside the trail of these goes; their commitments stay in it."""
    tx.execute(delete(clear_value).where(clear_value.c.of.in_(whose)))


def _unsign(tx: Connection, numbers: Sequence[int]) -> None:
    """What says in words that one of these acted, as before version 1.15, says it no longer."""
    e = audit_event.c
    theirs = (e.actor_id.in_(numbers), ~e.actor.startswith('{"of":'))
    labels = list(tx.execute(select(e.actor).where(*theirs).distinct()).scalars())
    if not labels:
        return
    sessions = select(e.session_id).where(*theirs, e.session_id.is_not(None))
    s = exam_session.c
    tx.execute(update(exam_session).where(s.status_by.in_(labels), s.id.in_(sessions)).values(status_by=ERASED))
    for table, name in SIGNED:
        tx.execute(update(table).where(table.c[name].in_(labels)).values({name: ERASED}))
