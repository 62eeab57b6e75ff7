"""Who is convened for what: a session counts what is printed on its convocations, and each candidate keeps the number it was
convened for. When days, hour or place change, the count goes up, and the papers handed out are void."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, update

from portal.core.session import SessionRow
from portal.rules.lifecycle import Status
from portal.store.candidates import candidate


def void_papers(s: SessionRow) -> dict[str, Any]:
    """The columns that change with what a convocation says; none before anybody was convened."""
    return {"convocation": s.convocation + 1} if s.status is Status.CONVOKED else {}


def told_void(s: SessionRow, void: dict[str, Any], last_day: date, today: date) -> str:
    """What whoever voided papers reads of them: to convene again, while the exam is still to come."""
    if not void or not s.candidates or today >= last_day:
        return ""
    return " Les convocations déjà remises ne valent plus : convoquez de nouveau."


def convene(tx: Connection, s: SessionRow, convocation: int) -> None:
    """Every candidate of the session is convened for this count."""
    tx.execute(update(candidate).where(candidate.c.session_id == s.number).values(convened_for=convocation))
