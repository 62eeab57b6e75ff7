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
from datetime import datetime
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
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT is SQLite’s, too

from portal.rules.merkle import leaf_hash
from portal.store import personal
from portal.store.actors import Occasion
from portal.store.base import BigId, Moment, metadata
from portal.store.database import STREAM
from portal.store.happenings import ERASING, TO_A_SESSION, TO_THE_SERVICE
from portal.store.personal import ONE_ERASED, Held, about, clear_value
from portal.store.tree import COVERED, WIDTH, fills, keep_tiles, leaf_of, seal_data
from portal.store.triggers import append_only

GENESIS = "0" * 64

OF_NO_SESSION, OF_A_SESSION = text("session_id IS NULL"), text("session_id IS NOT NULL")
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
    # Of sessions alone: « no session » would be taken for one of them, of which there are few events, and read through.
    Index(None, "session_id", "id", sqlite_where=OF_A_SESSION, postgresql_where=OF_A_SESSION),
    Index(None, "actor_id", "id"),
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

Change = tuple[Update, Mapping[str, object]]  # what an event tells of: the statement, and its values

# Made once: a statement that is made for each event costs as much as asking it.
_TAKE_HEAD = select(audit_head).where(audit_head.c.id == 1).with_for_update()
_EVENTS, _FIRST_HEAD = insert(audit_event), insert(audit_head).values(id=1)
_NEXT_HEAD = update(audit_head).where(audit_head.c.id == bindparam("own", 1))
_CLEAR = insert(clear_value).on_conflict_do_nothing()
# PostgreSQL: one event, who signs it and the head in one statement, while other writers wait for the head.
_EVENT = insert(audit_event).values({c.name: bindparam(f"event_{c.name}", type_=c.type) for c in audit_event.c}).cte("event")
_SIGNED = _CLEAR.values({c.name: bindparam(f"by_{c.name}", type_=c.type) for c in clear_value.c}).cte("signed")
_EVENT_AND_HEAD = (
    update(audit_head)
    .where(audit_head.c.id == 1)
    .values(count=bindparam("head_count"), digest=bindparam("head_digest"), seal=bindparam("head_seal"))
    .add_cte(_EVENT)
)
_SIGNED_EVENT_AND_HEAD = _EVENT_AND_HEAD.add_cte(_SIGNED)


class WrongKey(Exception):
    """The head of the trail is not sealed under this key: nothing is written after it."""


@dataclass(frozen=True)
class Event:
    """What happened, in numbers and codes; `before` and `after` hold JSON values and dates; `reason` is what the person gave.

    What it tells of people, under the keys that `portal.store.personal.told` names, is kept apart, where it can be erased.

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


def record(tx: Connection, key: bytes, on: Occasion, events: Sequence[Event], change: Change | None = None) -> None:
    """Append these events inside the caller's write transaction. `change`: what they tell of, if it is one UPDATE; on
    PostgreSQL it travels with the question for the head, which saves a way to the server.

    Raises WrongKey where the trail was sealed under another key: an event under this one would break it for good.
    """
    if not events:
        return
    query, values = _TAKE_HEAD, None
    if change and tx.dialect.name == "postgresql":
        query, values = query.add_cte(change[0].cte("change")), change[1]
    elif change:
        tx.execute(*change)
    head = tx.execute(query, values).one_or_none()
    if head and not _holds(key, head):
        raise WrongKey
    before, previous = (int(head._mapping["count"]), head.digest) if head else (0, GENESIS)
    rows, people, count = [], [], before
    for count, event in enumerate(events, count + 1):  # noqa: B020
        row, clear = _row(on, count, event)
        people += clear
        digest = digest_of(key, previous, row)
        rows.append({**row, "previous": previous, "digest": digest})
        previous = digest
    new_head = {"count": count, "digest": previous, "seal": _seal(key, count, previous)}
    _append(tx, rows, people, on.actor.signed, new_head, begun=head is not None)
    if fills(before + 1, len(rows)):
        place = (before + 1) // WIDTH
        keep_tiles(tx, place, [*leaves(tx, place * WIDTH, before + 1), *map(leaf_of, rows)])


def _append(
    tx: Connection,
    rows: Sequence[Mapping[str, Any]],
    people: Sequence[Mapping[str, str]],
    signed: Mapping[str, str] | None,
    head: Mapping[str, Any],
    *,
    begun: bool,
) -> None:
    """Write these events, what they commit to, and the head; `signed`: who acts; `begun`: there is a head already."""
    alone = begun and len(rows) == 1 and tx.dialect.name == "postgresql"
    if clear := [*people, *([signed] if signed and not alone else [])]:
        tx.execute(_CLEAR, clear)
    if alone:
        values = {f"event_{n}": v for n, v in rows[0].items()} | {f"head_{n}": v for n, v in head.items()}
        by = {f"by_{n}": v for n, v in (signed or {}).items()}
        tx.execute(_SIGNED_EVENT_AND_HEAD if signed else _EVENT_AND_HEAD, values | by)
        return
    tx.execute(_EVENTS, rows)
    tx.execute(_NEXT_HEAD if begun else _FIRST_HEAD, head)


def leaves(conn: Connection, start: int, end: int) -> list[bytes]:
    """The hashes of these leaves of the tree, from `start` (with) to `end` (without), taken from the events."""
    sealed = []
    if start == 0 < end:
        head = conn.execute(select(audit_head.c.sealed_count, audit_head.c.sealed_digest)).first()
        sealed.append(leaf_hash(seal_data(*(head or (0, GENESIS))).encode()))
    query = select(audit_event).where(audit_event.c.id >= max(start, 1), audit_event.c.id < end).order_by(audit_event.c.id)
    return sealed + [leaf_of(dict(row._mapping)) for row in conn.execute(query)]


def _row(on: Occasion, number: int, event: Event) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The event as its digest covers it, and the values that it commits to."""
    told = personal.told(event.session_id, event.subject, event.before, event.after, event.reason)
    row = {
        "id": number,
        "at": on.now,
        "actor_id": on.actor.id,
        "actor": on.actor.signature,
        "role": str(on.actor.role),
        "source": str(on.source),
        "action": event.action,
        "session_id": event.session_id,
        "subject": event.subject,
        "before": told.before,
        "after": told.after,
        "reason": told.reason,
    }
    return row, told.rows


def digest_of(key: bytes, previous: str, event: Mapping[str, Any]) -> str:
    """The keyed digest of an event after the digest before it: 64 hexadecimal signs."""
    covered = [_covered(event[name]) for name in COVERED]
    text = json.dumps([previous, *covered], ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key, text.encode(), sha256).hexdigest()


def _covered(value: object) -> object:
    return value.timestamp() if isinstance(value, datetime) else value


def _seal(key: bytes, count: int, digest: str) -> str:
    return hmac.new(key, f"head:{count}:{digest}".encode(), sha256).hexdigest()


def is_seal(key: bytes, count: int, digest: str, seal: str) -> bool:
    """Whether this is the seal, under this key, of a trail of so many events that ends with this digest."""
    return hmac.compare_digest(seal, _seal(key, count, digest))


def _holds(key: bytes, head: Row[Any]) -> bool:
    return is_seal(key, int(head._mapping["count"]), head.digest, head.seal)


def fits(conn: Connection, key: bytes) -> bool:
    """Whether the trail is sealed under this key; one without any event fits every key."""
    head = conn.execute(select(audit_head)).first()
    return head is None or _holds(key, head)


@dataclass(frozen=True)
class Trail:
    """What verifying found: how many events hold, and the first broken place, as a sentence, if any."""

    events: int
    broken: str | None = None


def verify(conn: Connection, key: bytes, since: int = 0) -> Iterator[Row[Any] | Trail]:
    """Walk the trail from its beginning: yields each event that holds, then one `Trail`, and stops at the first broken place.
    `since`: from after this event, which is known to hold.

    An event holds with the values that it commits to: each is there and fits, or an event after it tells of its erasure.
    """
    last = conn.execute(select(audit_event.c.digest).where(audit_event.c.id == since)).scalar()
    previous, count, held = last or GENESIS, since, Held()
    events = select(audit_event).where(audit_event.c.id > since).order_by(audit_event.c.id)
    rows = conn.execute(events, execution_options=STREAM)
    for some in rows.partitions():
        changed = held.hear(conn, some)
        for row in some:
            if row.id != count + 1:
                yield Trail(count, f"événement {count + 1} : il manque dans le journal")
                return
            if row.previous != previous or not hmac.compare_digest(row.digest, digest_of(key, previous, dict(row._mapping))):
                yield Trail(count, f"événement {row.id} : son contenu ou son sceau a été modifié")
                return
            if row.id == changed:
                yield Trail(count, f"événement {row.id} : ce qu’il dit d’une personne a été modifié")
                return
            previous, count = row.digest, row.id
            if row.action in ERASING:
                held.all_erased(about(row.session_id, row.subject), row.id)
            elif row.action == ONE_ERASED:
                held.one_erased(about(row.session_id, row.subject), row.id, json.loads(row.after))
            yield row
    if rewritten := held.rewritten():
        yield Trail(count, f"événement {rewritten} : ce qu’il dit d’une personne a été modifié")
        return
    if gone := held.unexplained():
        yield Trail(count, f"événement {gone} : ce qu’il dit d’une personne a été effacé, et le journal ne dit pas pourquoi")
        return
    yield _ending(conn, key, count, previous)


def _ending(conn: Connection, key: bytes, count: int, previous: str) -> Trail:
    """Whether the head says the same end."""
    head = conn.execute(select(audit_head)).all()
    if not head and count == 0:
        return Trail(0)
    said = int(head[0]._mapping["count"]) if head else 0
    if len(head) != 1 or not _holds(key, head[0]):
        return Trail(count, "tête du journal : elle a été modifiée")
    if said != count or head[0].digest != previous:
        return Trail(count, f"fin du journal : {said} événements attendus, {count} trouvés")
    return Trail(count)
