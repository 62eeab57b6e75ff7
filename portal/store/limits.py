"""Settings that the national account changes while the service runs: a key, a value, as text."""

from collections.abc import Mapping
from zlib import crc32

from sqlalchemy import Column, Connection, String, Table, select

from portal.rules.limits import Limits
from portal.rules.retention import DEFAULTS, LINE, Kind
from portal.store.base import metadata

setting = Table(
    "setting",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)


_ALL = select(setting)


def state(values: Mapping[str, int]) -> int:
    """What tells these settings from what they were, and will be: they have no version, since each is a row of its own."""
    return crc32(repr(sorted(values.items())).encode()) % 10**9


def limits(conn: Connection) -> Limits:
    """The time limits in force; what was never set is the default. One query."""
    stored = {row.key: row.value for row in conn.execute(_ALL)}
    return Limits(
        **{name: int(stored[name]) for name in Limits.NUMBERS if name in stored}, dte_automatic=stored.get("dte_automatic") == "1"
    )


def durations(conn: Connection) -> Mapping[Kind, int]:
    """How long each kind is kept, in its own unit; what was never set is the default. One query."""
    stored = {row.key: row.value for row in conn.execute(_ALL)}
    return {kind: int(stored.get(LINE[kind].setting, default)) for kind, default in DEFAULTS.items()}
