"""What moving a session to the wanted dates would break, as sentences: the unit decides, knowing it."""

from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from portal.core.approvals import of_title
from portal.core.session import SessionRow
from portal.features.jury.queries import seated
from portal.features.requests.queries import Asked
from portal.rules.french import day, plural
from portal.rules.lifecycle import Status
from portal.rules.titles import may_start
from portal.store.actors import Actor
from portal.store.requests import RequestKind


def consequences(conn: Connection, actor: Actor, asked: Asked, s: SessionRow | None, starts_on: date, ends_on: date) -> list[str]:
    """In the order in which they weigh. Empty: nothing known stands against these dates."""
    told: list[str] = []
    granted = asked.kind is RequestKind.EXPIRED
    held = may_start(of_title(conn, asked.centre_id, asked.title_id), starts_on, granted=granted)
    if isinstance(held, str) and (s is None or s.approval_id is not None):
        told.append(held.replace("Votre centre", "Le centre").replace("de votre centre", "du centre"))
    if s is None:
        return told
    last = s.last_start
    if last and starts_on > last and not granted:
        told.append(f"Le titre arrive à échéance : avec sa prolongation, une session peut commencer jusqu’au {day(last)}.")
    moved = replace(s, starts_on=starts_on, ends_on=ends_on, actual_end_on=None, planned_end_on=None)
    for seat in seated(conn, actor, moved):
        if seat.why_not:
            told.append(f"Jury : {seat.name}, {seat.why_not[0].lower()}{seat.why_not[1:]}")
        for other in seat.elsewhere:
            where = f"la session {other.number}" if other.number else "une autre session"
            told.append(f"Jury : {seat.name} siège à {where} du {day(other.starts_on)} au {day(other.ends_on)}.")
    if s.status is Status.CONVOKED and s.candidates:
        told.append(f"{plural(s.candidates, 'candidat déjà convoqué', 'candidats déjà convoqués')} : le centre les prévient.")
    return told
