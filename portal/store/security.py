"""The security journal: who came, was refused, looked at people and took them away, when and from where (`rules.security`).

It grows and counts; the database refuses anything else, and lets go only of what is old. A change of an account is told by the
trail: its row here says from where, and which event.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import CheckConstraint, Column, Connection, ForeignKey, Index, Integer, String, Table, func, select, update
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT is SQLite's, too
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from portal.rules.security import BY_STRANGERS, LINE, Kind
from portal.store.actors import Device, Occasion
from portal.store.audit import Event, audit_event
from portal.store.base import BigId, Moment, metadata, one_of
from portal.store.database import Database
from portal.store.triggers import also

MONTHS_AT_LEAST = 6  # before that the database itself lets nothing go, whoever asks
PATIENCE = 250  # milliseconds that a note waits for other writers, before it is left to the log
OF_ACCOUNT = "account "  # what the subject of an event about an account begins with
log = logging.getLogger("portal.security")

security_entry = Table(
    "security_entry",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),  # of all that makes two happenings of one hour alike
    Column("kind", String(20), nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("times", Integer, nullable=False),
    Column("account_id", ForeignKey("account.id")),  # who; none: a stranger, or the command line
    Column("about_id", ForeignKey("account.id")),  # whose account it concerns, where it concerns one
    Column("event_id", ForeignKey("audit_event.id")),  # the event of the trail that tells what was changed
    Column("subject", String(120), nullable=False),
    Column("address", String(45), nullable=False),
    Column("device", String(60), nullable=False),  # « Firefox, Windows »
    one_of("kind", Kind),
    CheckConstraint("times > 0", name="times_positive"),
    Index(None, "first_at", "id"),
    Index(None, "kind", "first_at", "id"),
    Index(None, "account_id", "first_at", "id"),
    Index(None, "about_id", "first_at", "id"),
)
_KEPT = [c.name for c in security_entry.c if c.name not in ("times", "last_at")]

also(
    "sqlite",
    "CREATE TRIGGER security_entry_counts BEFORE UPDATE ON security_entry "
    f"WHEN NEW.times <= OLD.times OR {' OR '.join(f'NEW.{name} IS NOT OLD.{name}' for name in _KEPT)} "
    "BEGIN SELECT RAISE(ABORT, 'security_entry is append-only'); END",
    "CREATE TRIGGER security_entry_stays BEFORE DELETE ON security_entry "
    f"WHEN OLD.last_at > datetime('now', '-{MONTHS_AT_LEAST} months') "
    "BEGIN SELECT RAISE(ABORT, 'security_entry is append-only'); END",
    "CREATE TRIGGER security_entry_no_replace BEFORE INSERT ON security_entry "
    "WHEN EXISTS (SELECT 1 FROM security_entry WHERE id = NEW.id OR key = NEW.key) "
    "BEGIN SELECT RAISE(ABORT, 'security_entry is append-only'); END",
)
also(
    "postgresql",
    "CREATE FUNCTION keep_security_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"IF TG_OP = 'DELETE' AND OLD.last_at <= (now() AT TIME ZONE 'utc') - interval '{MONTHS_AT_LEAST} months' THEN RETURN OLD; "
    f"ELSIF TG_OP = 'UPDATE' AND NEW.times > OLD.times AND ROW({', '.join(f'NEW.{name}' for name in _KEPT)}) "
    f"IS NOT DISTINCT FROM ROW({', '.join(f'OLD.{name}' for name in _KEPT)}) THEN RETURN NEW; END IF; "
    "RAISE EXCEPTION 'security_entry is append-only'; END $$",
    when="before_create",
)
also(
    "postgresql",
    "CREATE TRIGGER security_entry_grows BEFORE UPDATE OR DELETE ON security_entry "
    "FOR EACH ROW EXECUTE FUNCTION keep_security_entry()",
    "CREATE TRIGGER security_entry_stays BEFORE TRUNCATE ON security_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
)


@dataclass(frozen=True)
class Entry:
    """What happened: of which kind, who did it (None: nobody knows), whose account it concerns, on what, and from where."""

    kind: Kind
    account_id: int | None = None
    about_id: int | None = None
    subject: str = ""
    device: Device = Device()  # noqa: RUF009

    def alone(self) -> "Entry":
        """Without what tells it from others of the same person."""
        return Entry(self.kind, self.account_id, self.about_id)


def enter(tx: Connection, now: datetime, entry: Entry) -> None:
    """Keep it in this transaction, as the last thing that it does: counted with what was alike in this hour, or a row of its own."""
    line, hour = LINE[entry.kind], _hour(now)
    entry = replace(entry, subject=entry.subject[:120])
    alike = entry if line.by_place else entry.alone()
    if _again(tx, now, _key(alike, hour)):
        return
    if not _has_room(tx, entry, hour):
        entry = alike = entry.alone()
        if _again(tx, now, _key(alike, hour)):
            return
    new = insert(security_entry).values(**_values(entry, now), key=_key(alike, hour))
    counted = {"times": security_entry.c.times + 1, "last_at": now}  # of two at once, on PostgreSQL
    tx.execute(new.on_conflict_do_update(index_elements=[security_entry.c.key], set_=counted))


def _again(tx: Connection, now: datetime, key: str) -> bool:
    """Count it with what is there already; whether it was."""
    there = update(security_entry).where(security_entry.c.key == key)
    return tx.execute(there.values(times=security_entry.c.times + 1, last_at=now)).rowcount > 0


def note(db: Database, now: datetime, entry: Entry) -> None:
    """Keep it in a transaction of its own. It makes nothing fail: what cannot be kept is told to the log, by kind and number."""
    try:
        with db.aside(PATIENCE) as tx:
            enter(tx, now, entry)
    except (DBAPIError, PoolTimeout):
        fields = {"kind": entry.kind.value, "account": entry.account_id, "about": entry.about_id}
        log.warning("left out of the security journal", extra={"fields": fields})


def note_once(db: Database, now: datetime, entry: Entry) -> None:
    """The same for what is kept once an hour: where it is kept already, nothing is written."""
    with db.reading() as conn:
        key = _key(entry.alone(), _hour(now))
        there = conn.execute(select(security_entry.c.id).where(security_entry.c.key == key)).first()
    if not there:
        note(db, now, entry)


def changes(tx: Connection, on: Occasion, events: Iterable[Event]) -> None:
    """Of these events, which the trail has just taken, those that change an account: from where, and which event."""
    told = list(events)
    if not any(event.subject.startswith(OF_ACCOUNT) for event in told):
        return
    first = tx.execute(select(func.max(audit_event.c.id))).scalar_one() - len(told) + 1
    rows = [
        {
            **_values(Entry(Kind.CHANGED, on.actor.id, int(event.subject.removeprefix(OF_ACCOUNT)), device=on.device), on.now),
            "event_id": number,
            "key": f"event {number}",
        }
        for number, event in enumerate(told, first)
        if event.subject.startswith(OF_ACCOUNT)
    ]
    tx.execute(insert(security_entry), rows)


def _hour(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _values(entry: Entry, now: datetime) -> dict[str, object]:
    who = {"kind": entry.kind.value, "account_id": entry.account_id, "about_id": entry.about_id, "subject": entry.subject}
    where = {"address": entry.device.address[:45], "device": entry.device.called[:60]}
    return {**who, **where, "first_at": now, "last_at": now, "times": 1}


def _key(entry: Entry, hour: datetime) -> str:
    parts = (hour.isoformat(), entry.kind, entry.account_id, entry.about_id, entry.subject, *vars(entry.device).values())
    return sha256("\n".join(map(str, parts)).encode()).hexdigest()


def _has_room(tx: Connection, entry: Entry, hour: datetime) -> bool:
    """Whether one more row of this kind is still this person's, or this account's, in this hour; and all strangers' together."""
    line, t = LINE[entry.kind], security_entry.c
    of_kind = select(t.id).where(t.kind == entry.kind.value, t.first_at >= hour)
    whose = (t.account_id == entry.account_id) if entry.account_id else t.account_id.is_(None) & (t.about_id == entry.about_id)
    if not entry.account_id and entry.about_id is None:
        whose = t.account_id.is_(None) & t.about_id.is_(None)
    bounds = [(of_kind.where(whose), line.most)] + ([] if line.known else [(of_kind, BY_STRANGERS)])
    for rows, most in bounds:
        if tx.execute(select(func.count()).select_from(rows.limit(most).subquery())).scalar_one() >= most:
            return False
    return True
