"""The signed minutes of sessions: one paper a session, as its centre deposited it, in parts."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, PrimaryKeyConstraint, String, Table, case, func, select

from portal.rules.minutes import KEPT, Minutes
from portal.store.base import Moment, metadata, one_of
from portal.store.sessions import exam_session

minutes = Table(
    "minutes",
    metadata,
    Column("session_id", ForeignKey("exam_session.id"), primary_key=True, autoincrement=False),
    Column("state", String(10), nullable=False),
    Column("version", Integer, nullable=False),  # counts deposits and decisions: whoever makes one says which it saw
    Column("digest", String(64), nullable=False),  # SHA-256 of the paper
    Column("bytes", Integer, nullable=False),
    Column("deposited_at", Moment, nullable=False),
    Column("deposited_by", String(200), nullable=False),
    Column("decided_at", Moment),
    Column("decided_by", String(200)),
    Column("reason", String(1000), nullable=False),  # of a refusal; may name anybody: the trail holds a commitment to it
    one_of("state", KEPT),
)

PART = 250_000  # bytes
minutes_part = Table(
    "minutes_part",
    metadata,
    Column("session_id", ForeignKey("minutes.session_id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("session_id", "number"),
)

# Where the minutes of a row of exam_session stand.
minutes_state = func.coalesce(
    select(minutes.c.state).where(minutes.c.session_id == exam_session.c.id).correlate(exam_session).scalar_subquery(),
    case((exam_session.c.results_saved_by.is_(None), Minutes.ELSEWHERE.value), else_=Minutes.AWAITED.value),
)
