"""The audit trail: append-only (the database refuses update and delete), chained by keyed digests.

Each event's digest is an HMAC over the event and the digest before it, under a key that the database does not hold.
The head keeps the number of events and the last digest under a digest of its own, so that a cut tail shows too.
The head's row is what writers queue on: event numbers have no gaps. Over the same events grows a Merkle tree, which anybody
can check without the key (`portal.store.tree`).
"""

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    Update,
    bindparam,
    insert,
    select,
    text,
    update,
)

from portal.rules.merkle import leaf_hash
from portal.store.actors import Occasion
from portal.store.base import BigId, Moment, metadata
from portal.store.database import STREAM
from portal.store.happenings import TO_A_SESSION, TO_THE_SERVICE
from portal.store.tree import COVERED, WIDTH, fills, keep_tiles, leaf_of, seal_data
from portal.store.triggers import append_only

GENESIS = "0" * 64

OF_NO_SESSION = text("session_id IS NULL")
MEASURE_EVENTS = text("action IN ('measure_applied', 'measure_reverted')")

audit_event = Table(
    "audit_event",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor_id", ForeignKey("account.id")),
    Column("actor", String(330), nullable=False),
    Column("role", String(10), nullable=False),
    Column("source", String(20), nullable=False),
    Column("action", String(40), nullable=False),
    Column("session_id", ForeignKey("exam_session.id")),
    Column("subject", String(200), nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Index(None, "session_id", "id"),
    Index("ix_audit_event_subject", "subject", "id", sqlite_where=OF_NO_SESSION, postgresql_where=OF_NO_SESSION),
    Index("ix_audit_event_measures", "id", sqlite_where=MEASURE_EVENTS, postgresql_where=MEASURE_EVENTS),
)

append_only(audit_event)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("count", BigId, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("seal", String(64), nullable=False),
    # The chain as it was when the tree began: what its first leaf seals.
    Column("sealed_count", BigId, nullable=False, server_default="0"),
    Column("sealed_digest", String(64), nullable=False, server_default=GENESIS),
)

# PostgreSQL: one event and the head in one statement, while other writers wait for the head.
_EVENT = insert(audit_event).values({c.name: bindparam(f"event_{c.name}", type_=c.type) for c in audit_event.c}).cte("event")
_EVENT_AND_HEAD = (
    update(audit_head)
    .where(audit_head.c.id == 1)
    .values(count=bindparam("head_count"), digest=bindparam("head_digest"), seal=bindparam("head_seal"))
    .add_cte(_EVENT)
)


class WrongKey(Exception):
    """The head of the trail is not sealed under this key: nothing is written after it."""


@dataclass(frozen=True)
class Event:
    """What happened, in numbers and codes; `before` and `after` hold JSON values and dates; `reason` is what the person gave.

    Raises ValueError for an action that is not among the happenings, which nothing would know to tell.
    """

    action: str
    session_id: int | None = None
    subject: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""

    def __post_init__(self) -> None:
        if self.action not in TO_A_SESSION | TO_THE_SERVICE:
            raise ValueError(f"{self.action} is not among portal.store.happenings")


def record(tx: Connection, key: bytes, on: Occasion, events: Sequence[Event], change: Update | None = None) -> None:
    """Append these events inside the caller's write transaction. `change`: what they tell of, if it is one UPDATE; on
    PostgreSQL it travels with the question for the head, which saves a way to the server.

    Raises WrongKey where the trail was sealed under another key: an event under this one would break it for good.
    """
    if not events:
        return
    query = select(audit_head).where(audit_head.c.id == 1).with_for_update()
    if change is not None and tx.dialect.name == "postgresql":
        query = query.add_cte(change.cte("change"))
    elif change is not None:
        tx.execute(change)
    head = tx.execute(query).one_or_none()
    if head and not _holds(key, head):
        raise WrongKey
    before, previous = (int(head._mapping["count"]), head.digest) if head else (0, GENESIS)
    rows, count = [], before
    for count, event in enumerate(events, count + 1):  # noqa: B020
        row = _row(count, on, event)
        digest = digest_of(key, previous, row)
        rows.append({**row, "previous": previous, "digest": digest})
        previous = digest
    new_head = {"count": count, "digest": previous, "seal": _seal(key, count, previous)}
    if head and len(rows) == 1 and tx.dialect.name == "postgresql":
        tx.execute(_EVENT_AND_HEAD, {f"event_{n}": v for n, v in rows[0].items()} | {f"head_{n}": v for n, v in new_head.items()})
    else:
        tx.execute(insert(audit_event), rows)
        own = update(audit_head).where(audit_head.c.id == 1) if head else insert(audit_head).values(id=1)
        tx.execute(own.values(**new_head))
    if fills(before + 1, len(rows)):
        place = (before + 1) // WIDTH
        keep_tiles(tx, place, [*leaves(tx, place * WIDTH, before + 1), *map(leaf_of, rows)])


def _row(number: int, on: Occasion, event: Event) -> dict[str, Any]:
    return {
        "id": number,
        "at": on.now,
        "actor_id": on.actor.id,
        "actor": on.actor.label,
        "role": str(on.actor.role),
        "source": str(on.source),
        "action": event.action,
        "session_id": event.session_id,
        "subject": event.subject,
        "before": as_json(event.before),
        "after": as_json(event.after),
        "reason": event.reason,
    }


def leaves(conn: Connection, start: int, end: int) -> list[bytes]:
    """The hashes of these leaves of the tree, from `start` (with) to `end` (without), taken from the events."""
    sealed = []
    if start == 0 < end:
        head = conn.execute(select(audit_head.c.sealed_count, audit_head.c.sealed_digest)).first()
        sealed.append(leaf_hash(seal_data(*(head or (0, GENESIS))).encode()))
    query = select(audit_event).where(audit_event.c.id >= max(start, 1), audit_event.c.id < end).order_by(audit_event.c.id)
    return sealed + [leaf_of(dict(row._mapping)) for row in conn.execute(query)]


def as_json(value: Mapping[str, Any]) -> str:
    """The one way to write these values: keys sorted, dates in ISO. Raises TypeError for what has no JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value)}")


def digest_of(key: bytes, previous: str, event: Mapping[str, Any]) -> str:
    """The keyed digest of an event after the digest before it: 64 hexadecimal signs."""
    covered = [_covered(event[name]) for name in COVERED]
    text = json.dumps([previous, *covered], ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key, text.encode(), sha256).hexdigest()


def _covered(value: object) -> object:
    return value.timestamp() if isinstance(value, datetime) else value


def _seal(key: bytes, count: int, digest: str) -> str:
    return hmac.new(key, f"head:{count}:{digest}".encode(), sha256).hexdigest()


def _holds(key: bytes, head: Row[Any]) -> bool:
    return hmac.compare_digest(head.seal, _seal(key, int(head._mapping["count"]), head.digest))


def fits(conn: Connection, key: bytes) -> bool:
    """Whether the trail is sealed under this key; one without any event fits every key."""
    head = conn.execute(select(audit_head)).first()
    return head is None or _holds(key, head)


@dataclass(frozen=True)
class Trail:
    """What verifying found: how many events hold, and the first broken place, as a sentence, if any."""

    events: int
    broken: str | None = None


def verify(conn: Connection, key: bytes) -> Iterator[Row[Any] | Trail]:
    """Walk the trail from its beginning: yields each event that holds, then one `Trail`, and stops at the first broken place."""
    previous, count = GENESIS, 0
    rows = conn.execute(select(audit_event).order_by(audit_event.c.id), execution_options=STREAM)
    for row in rows:
        if row.id != count + 1:
            yield Trail(count, f"événement {count + 1} : il manque dans le journal")
            return
        if row.previous != previous or not hmac.compare_digest(row.digest, digest_of(key, previous, dict(row._mapping))):
            yield Trail(count, f"événement {row.id} : son contenu ou son sceau a été modifié")
            return
        previous, count = row.digest, row.id
        yield row
    head = conn.execute(select(audit_head)).all()
    if not head and count == 0:
        yield Trail(0)
        return
    said = int(head[0]._mapping["count"]) if head else 0
    if len(head) != 1 or not _holds(key, head[0]):
        yield Trail(count, "tête du journal : elle a été modifiée")
    elif said != count or head[0].digest != previous:
        yield Trail(count, f"fin du journal : {said} événements attendus, {count} trouvés")
    else:
        yield Trail(count)
