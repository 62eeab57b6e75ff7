"""Second factors: what a person proves itself by, besides the password, and the codes for when that is lost."""

from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from portal.store.base import BigId, Moment, metadata, one_of


class FactorKind(StrEnum):
    TOTP = "totp"
    PASSKEY = "passkey"


factor = Table(
    "factor",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column(
        "credential", String(1400), nullable=False, unique=True
    ),  # what names it: of a passkey its own name, of a secret a digest
    Column("secret", Text, nullable=False),  # encrypted; of a passkey the public key, which is no secret
    Column("counter", BigId, nullable=False),  # the last time step, or use, that was accepted: none before it is again
    Column("browser", String(60), nullable=False, server_default=""),  # where it was added
    Column("added_at", Moment, nullable=False),
    Column("used_at", Moment),
    one_of("kind", FactorKind),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("used_at", Moment),
)
