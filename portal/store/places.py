"""Regions, departments (each with its local unit) and centres."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from portal.store.base import metadata

region = Table(
    "region",
    metadata,
    Column("code", String(3), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("email", String(254), nullable=False, server_default=""),
    Column("phone", String(40), nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
)

department = Table(
    "department",
    metadata,
    Column("code", String(3), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("region_code", ForeignKey("region.code"), nullable=False, index=True),
    Column("unit_email", String(254)),
    # How its local unit calls itself (« DDETS du Val-de-Marne »); empty: the label of all units and the number.
    Column("unit_name", String(120), nullable=False, server_default=""),
    Column("unit_phone", String(40), nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
)

centre = Table(
    "centre",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("siret", String(14), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("department_code", ForeignKey("department.code"), nullable=False),
    Column("search_key", String(200), nullable=False),
    Column("address", String(300), nullable=False, server_default=""),
    Column("email", String(254), nullable=False, server_default=""),
    Column("phone", String(40), nullable=False, server_default=""),
    Column("closed_on", Date),  # from that day on it prepares nothing new
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("id", "department_code"),
    Index(None, "search_key"),
    Index(None, "department_code"),
)
