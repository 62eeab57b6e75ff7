"""What an action is handed: the database, who acts and when, and how a local unit is called."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from portal.store import audit, security
from portal.store.actors import Actor, Occasion
from portal.store.database import Database


@dataclass(frozen=True)
class Work:
    db: Database
    on: Occasion
    unit_label: str = "UD"

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.on.actor

    def rehearsing(self) -> "Work":
        """The same hands, but that nothing stays of what they write."""
        return replace(self, db=self.db.rehearsing())

    def form_key(self, *parts: object) -> str:
        """What binds a thing that is made to its maker and to the form that made it: sent twice, it makes one."""
        return sha256(":".join(map(str, (self.actor.id, *parts))).encode()).hexdigest()

    def record(self, tx: Connection, action: str, change: audit.Change | None = None, **details: Any) -> None:
        """Append one event to the audit trail in this transaction; `details` as in `portal.store.audit.Event`; `change`: the
        one UPDATE that it tells of, if that is still to be made."""
        event = audit.Event(action, **details)
        audit.record(tx, self.db.audit_key, self.on, [event], change)
        security.changes(tx, self.on, [event])

    def record_all(self, tx: Connection, events: Sequence[audit.Event]) -> None:
        """Append these events to the audit trail in this transaction."""
        audit.record(tx, self.db.audit_key, self.on, events)
        security.changes(tx, self.on, events)
