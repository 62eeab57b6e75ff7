"""What was deposited with the Caisse des Dépôts: batches, and the lines of each."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from portal.rules.deposit import As, State
from portal.store.base import Moment, metadata, one_of

deposit = Table(
    "deposit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("flux", String(50), nullable=False, unique=True),  # how the Caisse des Dépôts calls it in its report
    Column("client", String(8), nullable=False),
    Column("certifier", String(8), nullable=False),
    Column("contract", String(20), nullable=False),
    Column("lines", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(330), nullable=False),
    CheckConstraint("lines >= 1", name="not_empty"),
)

# A certification is called « session-candidate » in every batch (`idTechnique`): a correction replaces it.
deposit_line = Table(
    "deposit_line",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("deposit_id", ForeignKey("deposit.id"), nullable=False),
    Column("session_id", ForeignKey("exam_session.id"), nullable=False),
    Column("candidate_id", Integer, nullable=False),
    Column("code", String(12), nullable=False),  # the title's RNCP code, as it was sent
    Column("sent_as", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", String(500), nullable=False, server_default=""),  # of a rejection, in the words of the report
    Column("latest", Boolean(create_constraint=True, name="latest_known"), nullable=False),
    # What was sent, as a digest under a salt: whether something else stands today. The salt goes with the session's people.
    Column("salt", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    UniqueConstraint("deposit_id", "candidate_id"),
    one_of("sent_as", As),
    one_of("state", State),
    Index("uq_deposit_line_latest", "candidate_id", unique=True, sqlite_where=text("latest"), postgresql_where=text("latest")),
    Index(None, "session_id"),
)
