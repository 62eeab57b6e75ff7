"""Who is convened for what: a session counts what is printed on its convocations, and each candidate keeps the number it was
convened for. When days, hour or place change, the count goes up, and the papers handed out are void."""

from typing import Any

from sqlalchemy import Connection, update

from portal.core.session import SessionRow
from portal.rules.lifecycle import Status
from portal.store.candidates import candidate


def void_papers(s: SessionRow) -> dict[str, Any]:
    """The columns that change with what a convocation says; none before anybody was convened."""
    return {"convocation": s.convocation + 1} if s.status is Status.CONVOKED else {}


def void_in_words(s: SessionRow, void: dict[str, Any]) -> str:
    """What is said where a change has made papers void that somebody holds; it follows another sentence."""
    return " Les convocations déjà remises ne valent plus : convoquez de nouveau." if void and s.candidates else ""


def convene(tx: Connection, s: SessionRow, convocation: int) -> None:
    """Every candidate of the session is convened for this count."""
    tx.execute(update(candidate).where(candidate.c.session_id == s.number).values(convened_for=convocation))
