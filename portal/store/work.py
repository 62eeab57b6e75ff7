"""What an action is handed: the database, who acts and when, and how a local unit is called."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from portal.store import audit
from portal.store.actors import Actor, Occasion
from portal.store.database import Database


@dataclass(frozen=True)
class Work:
    db: Database
    on: Occasion
    unit_label: str = "UD"

    @property
    def actor(self) -> Actor:
        return self.on.actor

    def record(self, tx: Connection, action: str, **details: Any) -> int:
        """Append to the audit trail in this transaction; see `portal.store.audit.record`."""
        return audit.record(tx, self.db.audit_key, self.on, action, **details)
