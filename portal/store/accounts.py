"""Accounts, the sign-ins that are open, and what is counted of guesses at passwords."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table

from portal.rules.lifecycle import Role
from portal.store.base import Moment, metadata, one_of
from portal.store.notices import Mailing

account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("role", String(10), nullable=False),
    Column("centre_id", ForeignKey("centre.id")),
    Column("department_code", ForeignKey("department.code")),
    Column("region_code", ForeignKey("region.code")),
    Column("password_hash", String(200)),  # none: invited, no password chosen yet
    Column("closed_at", Moment),
    Column("mailing", String(12), nullable=False, server_default=Mailing.AT_ONCE.value),
    one_of("mailing", Mailing),
    CheckConstraint(
        "(role = 'centre') = (centre_id IS NOT NULL) AND (role = 'ud') = (department_code IS NOT NULL)"
        " AND (role = 'region') = (region_code IS NOT NULL)",
        name="scope_fits_role",
    ),
    one_of("role", Role),
)

sign_in = Table(
    "sign_in",
    metadata,
    Column("token_digest", String(64), primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("browser", String(60), nullable=False, server_default=""),  # « Firefox, Windows »
    Column("awaits_code", Integer, nullable=False, server_default="0"),  # the password was right, and opens nothing yet
    Column("checked_at", Moment),  # when the second factor was last given
    Column("elsewhere", Integer, nullable=False, server_default="0"),  # it was given to the identity provider
    Column("challenge", String(100), nullable=False, server_default=""),  # what a passkey is to sign, once
)

guess = Table(
    "guess",
    metadata,
    Column("key", String(20), primary_key=True),
    Column("free_at", Moment, nullable=False, index=True),
)
