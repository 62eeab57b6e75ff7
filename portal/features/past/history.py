"""History in plain words: the audit trail and the measures, each event as a sentence."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from portal.clock import PARIS
from portal.features.past.names import Names, Values, take_back, today
from portal.features.past.words import Said, in_french
from portal.rules.french import day
from portal.rules.lifecycle import Status
from portal.rules.measure_files import words_of_case
from portal.store.audit import audit_event
from portal.store.measures import measure_line, measure_run
from portal.store.personal import Shown, events_of


@dataclass(frozen=True)
class Told:
    """One line of the history. `status` is the status that the session had from then on, when it changed."""

    at: datetime
    who: str
    text: str
    details: tuple[str, ...] = ()
    reason: str = ""
    by_measure: bool = False
    status: Status | None = None
    action: str = ""


_EVENTS = select(audit_event).where(audit_event.c.session_id == bindparam("number")).order_by(audit_event.c.id.desc())
_LINES = (
    select(
        measure_line,
        measure_run.c.label,
        measure_run.c.definition,
        measure_run.c.at,
        measure_run.c.actor,
        measure_run.c.reverts_run_id,
    )
    .join(measure_run, measure_run.c.id == measure_line.c.run_id)
    .where(measure_line.c.session_id == bindparam("number"))
)


# Events that say a candidate's number: today's names are where their names of then are found from.
BY_NUMBER = (
    *("results_corrected", "jury_links", "data_given", "civil_given", "adjustments_noted", "attendance_noted"),
    *("handed_over", "link_made", "link_withdrawn", "link_opened", "mail_returned", "proof_shared", "proof_withdrawn"),
)


def history(conn: Connection, number: int) -> list[Told]:
    """The session's history, newest first, each line with the names of its moment. Four queries at most."""
    events = events_of(conn, conn.execute(_EVENTS, {"number": number}).all())
    lines = conn.execute(_LINES, {"number": number}).all()
    asked = any(e.action == "request_made" and "candidate" in after for e, _, after in events)
    names = today(conn, number) if asked or any(e.action in BY_NUMBER for e, _, _ in events) else {}
    told = [((li.at, 1, li.run_id), _line(li)) for li in lines]
    for e, before, after in events:
        told.append(((e.at, 0, e.id), _event(e, before, after, names)))
        take_back(names, e.action, before, after)
    return [entry for _, entry in sorted(told, key=lambda pair: pair[0], reverse=True)]


def _event(e: Shown, before: Values, after: Values, names: Names) -> Told:
    text, details = in_french(Said(e.action, before, after, names))
    status = Status(after["status"]) if "status" in after else None
    return Told(e.at.astimezone(PARIS), e.actor, text, details, e.reason, status=status, action=e.action)


def _line(li: Row[Any]) -> Told:
    moved = f"la date de fin du {day(li.end_before)} au {day(li.end_after)}"
    if li.start_before and li.start_before != li.start_after:
        moved = f"le début du {day(li.start_before)} au {day(li.start_after)} et {moved}"
    words = words_of_case(li.definition, li.case_name)
    cancelled = li.status_before != li.status_after
    if li.reverts_run_id:
        text = f"L’application n° {li.reverts_run_id} de la mesure « {li.label} » a été annulée : "
        text += f"statut de nouveau « {Status(li.status_after).label} »." if cancelled else f"{moved}."
    else:
        at = li.at.astimezone(PARIS)
        text = f"Le {day(at)}, la mesure « {li.label} », cas {li.case_name}, a "
        text += "annulé la session." if cancelled else f"reporté {moved}."
    status = Status(li.status_after) if cancelled else None
    told = (f"Cas {li.case_name} : {words}.",) if words and not li.reverts_run_id else ()
    return Told(li.at.astimezone(PARIS), f"mesure « {li.label} »", text, told, by_measure=True, status=status)
