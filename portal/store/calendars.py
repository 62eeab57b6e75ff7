"""The private calendar address of an account. A new nonce revokes the address that was given before."""

from sqlalchemy import Column, ForeignKey, String, Table

from portal.store.base import Moment, metadata

calendar_feed = Table(
    "calendar_feed",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("nonce", String(32), nullable=False),
    Column("created_at", Moment, nullable=False),
)
