"""Candidates of a session and their results."""

from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects import postgresql  # noqa: F401 - what a full text search is made of is known once this is

from portal.rules.civil import Access, Sex
from portal.rules.outcomes import FOR_CERTIFICATE, FOR_TITLE
from portal.store.base import metadata
from portal.store.triggers import also


def _empty_or(column: str, values: type[StrEnum]) -> CheckConstraint:
    words = ", ".join(f"'{v.value}'" for v in values)
    return CheckConstraint(f"{column} IN ('', {words})", name=f"{column}_known")


candidate = Table(
    "candidate",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("session_id", ForeignKey("exam_session.id"), nullable=False),
    Column("last_name", String(120), nullable=False),
    Column("first_name", String(120), nullable=False),  # empty for a person with a single name
    Column("born_on", Date, nullable=False),
    Column("email", String(254), nullable=False, server_default=""),
    Column("sort_key", String(260), nullable=False),  # accents and case folded: French order, and who is the same person
    Column("convened_for", Integer),  # the `convocation` of the session that this person was convened for
    # What the deposit alone asks (rules.civil): empty until it is given; the names as an identity card has them.
    Column("birth_name", String(60), nullable=False, server_default=""),
    Column("usage_name", String(60), nullable=False, server_default=""),
    Column("sex", String(1), nullable=False, server_default=""),
    Column("birth_insee", String(5), nullable=False, server_default=""),
    Column("birth_postcode", String(5), nullable=False, server_default=""),
    Column("birth_commune", String(60), nullable=False, server_default=""),
    Column("birth_country", String(60), nullable=False, server_default=""),
    Column("access", String(20), nullable=False, server_default=""),
    _empty_or("sex", Sex),
    _empty_or("access", Access),
    UniqueConstraint("session_id", "sort_key", "born_on"),
    UniqueConstraint("id", "session_id"),
    Index(None, "sort_key", "born_on"),
    sqlite_autoincrement=True,  # papers, the trail and telephones keep the number of whoever was removed: it is nobody else's
)

# Full text over the names, which stand in the table alone: an index on PostgreSQL, on SQLite a table of its own that follows.
Index("ix_candidate_search", func.to_tsvector(text("'simple'"), candidate.c.sort_key), postgresql_using="gin").ddl_if(
    dialect="postgresql"
)
also(
    "sqlite",
    "CREATE VIRTUAL TABLE candidate_search USING fts5(sort_key, content='candidate', content_rowid='id', tokenize='unicode61')",
    "CREATE TRIGGER candidate_search_insert AFTER INSERT ON candidate "
    "BEGIN INSERT INTO candidate_search(rowid, sort_key) VALUES (new.id, new.sort_key); END",
    "CREATE TRIGGER candidate_search_delete AFTER DELETE ON candidate "
    "BEGIN INSERT INTO candidate_search(candidate_search, rowid, sort_key) VALUES ('delete', old.id, old.sort_key); END",
    "CREATE TRIGGER candidate_search_update AFTER UPDATE OF sort_key ON candidate "
    "BEGIN INSERT INTO candidate_search(candidate_search, rowid, sort_key) VALUES ('delete', old.id, old.sort_key); "
    "INSERT INTO candidate_search(rowid, sort_key) VALUES (new.id, new.sort_key); END",
)


def _words(outcomes: tuple[str, ...]) -> str:
    return ", ".join(f"'{o}'" for o in outcomes)


result = Table(
    "result",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("session_id", Integer, nullable=False),
    Column("candidate_id", Integer, nullable=False),
    Column("certificate_id", ForeignKey("certificate.id")),  # none: the outcome of the titre itself
    Column("outcome", String(10), nullable=False),
    Column("definitive", Boolean(create_constraint=True, name="definitive_known"), nullable=False),
    ForeignKeyConstraint(["candidate_id", "session_id"], ["candidate.id", "candidate.session_id"]),
    CheckConstraint(
        f"(certificate_id IS NULL AND outcome IN ({_words(FOR_TITLE)}))"
        f" OR (certificate_id IS NOT NULL AND outcome IN ({_words(FOR_CERTIFICATE)}))",
        name="outcome_known",
    ),
    Index("uq_result_once_per_certificate", "candidate_id", "certificate_id", unique=True),
    Index(
        "uq_result_once_per_titre",
        "candidate_id",
        unique=True,
        sqlite_where=text("certificate_id IS NULL"),
        postgresql_where=text("certificate_id IS NULL"),
    ),
    Index(None, "session_id"),
    Index(
        None,
        "certificate_id",
        sqlite_where=text("certificate_id IS NOT NULL"),
        postgresql_where=text("certificate_id IS NOT NULL"),
    ),
)
