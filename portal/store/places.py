"""Regions, departments (each with its local unit) and centres."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from portal.store.base import metadata

region = Table(
    "region",
    metadata,
    Column("code", String(3), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
)

department = Table(
    "department",
    metadata,
    Column("code", String(3), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("region_code", ForeignKey("region.code"), nullable=False, index=True),
    Column("unit_email", String(254)),
)

centre = Table(
    "centre",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("siret", String(14), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("department_code", ForeignKey("department.code"), nullable=False),
    Column("search_key", String(200), nullable=False),
    UniqueConstraint("id", "department_code"),
    Index(None, "search_key"),
    Index(None, "department_code"),
)
