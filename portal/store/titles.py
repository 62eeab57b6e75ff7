"""Titres professionnels, their certificates, and the approvals that let a centre examine for them."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Integer, String, Table, UniqueConstraint

from portal.store.base import metadata, one_of


class CertificateKind(StrEnum):
    CCP = "ccp"
    CCS = "ccs"


title = Table(
    "title",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(20), nullable=False, unique=True),
    Column("label", String(200), nullable=False),
    Column("decree_on", Date),
    Column("level", Integer),
    Column("expires_on", Date),
    Column("extension_months", Integer, nullable=False, server_default="12"),
    Column("search_key", String(250), nullable=False),
    Column("rncp_code", String(12), nullable=False, server_default=""),  # « RNCP35250 »
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("level BETWEEN 3 AND 6", name="level_known"),
    CheckConstraint("extension_months BETWEEN 0 AND 120", name="extension_plausible"),
)

certificate = Table(
    "certificate",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title_id", ForeignKey("title.id"), nullable=False),
    Column("kind", String(3), nullable=False),
    Column("position", Integer, nullable=False),
    Column("label", String(300), nullable=False),
    UniqueConstraint("title_id", "label"),
    one_of("kind", CertificateKind),
)

approval = Table(
    "approval",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", String(30), nullable=False, unique=True),
    Column("centre_id", ForeignKey("centre.id"), nullable=False),
    Column("title_id", ForeignKey("title.id"), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    CheckConstraint("valid_to >= valid_from", name="to_not_before_from"),
    UniqueConstraint("centre_id", "title_id", "valid_from"),
)
