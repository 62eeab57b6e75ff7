"""What centres ask of their local unit (domain.md 7): a postponement, or a session on an expired title."""

from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
    literal_column,
    text,
)

from portal.store.base import Moment, metadata, one_of


class RequestKind(StrEnum):
    POSTPONEMENT = "report"
    EXPIRED = "titre_echu"
    CORRECTION = "correction"


class RequestStatus(StrEnum):
    OPEN = "ouverte"
    ACCEPTED = "acceptee"
    REFUSED = "refusee"
    WITHDRAWN = "retiree"


OPEN_ON_A_SESSION = text("status = 'ouverte' AND session_id IS NOT NULL")

request = Table(
    "request",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("status", String(12), nullable=False),
    Column("centre_id", Integer, nullable=False),
    Column("department_code", String(3), nullable=False),  # of the centre: the unit that answers
    Column("title_id", ForeignKey("title.id"), nullable=False),
    Column("session_id", ForeignKey("exam_session.id")),  # none: a session still to be created
    Column("approval_number", String(30), nullable=False, server_default=""),
    Column("wanted_start", Date, nullable=False),
    Column("wanted_end", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("lockdown_cause", Boolean(create_constraint=True, name="lockdown_cause_known"), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", String(330), nullable=False),
    Column("made_by_id", ForeignKey("account.id")),
    Column("creation_key", String(64)),  # of the form that made it: sent twice, it asks once
    Column("answered_at", Moment),
    Column("answered_by", String(330)),
    Column("answer", Text),  # why it was refused; what the unit adds when it accepts
    Column("granted_start", Date),
    Column("granted_end", Date),
    # A correction of results: the candidate, and the outcome wanted, in codes (JSON); its dates are those that stand.
    Column("candidate_id", ForeignKey("candidate.id")),
    Column("wanted_outcome", Text, nullable=False, server_default=""),
    # On an expired title: its candidates were registered before the expiry, says the centre.
    Column("registered", Boolean(create_constraint=True, name="registered_known"), nullable=False, server_default=false()),
    ForeignKeyConstraint(["centre_id", "department_code"], ["centre.id", "centre.department_code"], onupdate="CASCADE"),
    CheckConstraint("wanted_end >= wanted_start", name="wanted_end_not_before_start"),
    CheckConstraint("granted_end >= granted_start", name="granted_end_not_before_start"),
    CheckConstraint("(status = 'acceptee') = (granted_start IS NOT NULL)", name="granted_when_accepted"),
    CheckConstraint("(status = 'ouverte') = (answered_at IS NULL)", name="answered_when_closed"),
    CheckConstraint("kind = 'titre_echu' OR session_id IS NOT NULL", name="postponement_of_a_session"),
    CheckConstraint("(kind = 'correction') = (candidate_id IS NOT NULL)", name="correction_of_a_candidate"),
    one_of("kind", RequestKind),
    one_of("status", RequestStatus),
    Index(
        "uq_request_one_open_a_session",
        "session_id",
        unique=True,
        sqlite_where=OPEN_ON_A_SESSION,
        postgresql_where=OPEN_ON_A_SESSION,
    ),
    Index("uq_request_creation_key", "creation_key", unique=True),
    Index(None, "session_id"),
    Index(None, "department_code", "status", "id"),
    Index(None, "centre_id", "status", "id"),
    Index(None, "status", "id"),
)


def stands_at(status: RequestStatus) -> ColumnElement[bool]:
    """Whether a request stands at this status. Its code is a word of the statement, not a parameter: of a parameter on which an index
    depends, SQLite plans the statement anew each time it is asked, which took ten times as long as the answer."""
    return request.c.status == literal_column(f"'{status.value}'")
