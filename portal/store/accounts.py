"""Accounts, the sign-ins that are open, and what is counted of guesses at passwords."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table

from portal.rules.lifecycle import Role
from portal.store.base import Moment, metadata, one_of
from portal.store.notices import Mailing
from portal.store.personal import new_salt

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
    Column("version", Integer, nullable=False, server_default="1"),
    Column("manager", Integer, nullable=False, server_default="0"),  # 1: keeps the accounts of its centre
    Column(
        "invitation", Integer, nullable=False, server_default="1"
    ),  # which one holds: each that is sent ends those before, and a closing all links
    Column("invited_at", Moment),
    Column("invited_by", ForeignKey("account.id")),  # none: the command line
    Column("next_email", String(254)),  # an address that waits to be confirmed by whoever reads there
    Column("next_email_at", Moment),
    Column("erased_at", Moment),  # when it was made anonymous, closed before
    Column("salt", String(32), default=new_salt),  # of what the trail keeps of its name; none once that is erased
    one_of("mailing", Mailing),
    CheckConstraint(
        "(role = 'centre') = (centre_id IS NOT NULL) AND (role = 'ud') = (department_code IS NOT NULL)"
        " AND (role = 'region') = (region_code IS NOT NULL)",
        name="scope_fits_role",
    ),
    CheckConstraint("manager = 0 OR manager = 1 AND role = 'centre'", name="manager_known"),
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
    Column("address", String(45), nullable=False, server_default=""),  # from which it was made
    Column("last_at", Moment),  # when something was last asked, to some minutes
)

guess = Table(
    "guess",
    metadata,
    Column("key", String(20), primary_key=True),
    Column("free_at", Moment, nullable=False, index=True),
)
