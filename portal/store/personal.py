"""What the trail says of people, kept so that it can be erased without breaking a digest.

An event holds no name: in its place stands a commitment, `{"of":"session 12","sha256":"…"}`, whom or what the value is of and the
digest of a random salt and the value. The event's own digest covers commitments alone. Value and salt stand in `clear_value` until
they are erased, and without the salt nobody can try out names. What a table keeps of who acted is such a commitment too.
"""

import hmac
import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Column, Connection, Row, String, Table, Text, bindparam, select

from portal.rules.names import ERASED
from portal.store.base import metadata
from portal.store.batches import batches

clear_value = Table(
    "clear_value",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("of", String(80), nullable=False, index=True),
    Column("salt", String(32), nullable=False),
    Column("value", Text, nullable=False),  # in JSON
)

Shown = SimpleNamespace  # a row as people read it

# Text that a person typed cannot be taken for one: within JSON its quotes are escaped, and a reason is always committed to.
COMMITMENT = re.compile(r'\{"of":"([^"\\]*)","sha256":"([0-9a-f]{64})"\}')


def new_salt() -> str:
    """A hundred and twenty-eight bits drawn at random."""
    return secrets.token_hex(16)


def digest(salt: str, value: str) -> str:
    """What an event keeps of a value; `value`: in JSON."""
    return sha256(f"{salt}{value}".encode()).hexdigest()


def commitment(of: str, fingerprint: str) -> dict[str, str]:
    """What stands in an event in a value's place."""
    return {"of": of, "sha256": fingerprint}


def in_json(value: object) -> str:
    """The one way to write these values: keys sorted, dates in ISO. Raises TypeError for what has no JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: object) -> str:
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    raise TypeError(f"no JSON for {type(value)}")


# ---- writing


def about(session_id: int | None, subject: str) -> str:
    """Whom or what the values of an event are of."""
    return f"session {session_id}" if session_id is not None else subject or "service"


@dataclass
class Told:
    """The cells of one event, with a commitment wherever they would tell of a person; `rows`: the values, for `clear_value`."""

    before: str
    after: str
    reason: str
    rows: list[dict[str, str]] = field(default_factory=list)


def told(session_id: int | None, subject: str, before: Mapping[str, Any], after: Mapping[str, Any], reason: str) -> Told:
    """What an event says. Persons stand in it under these keys and no others: candidates under `people`, their civil status (apart,
    so that it is not told with their names) under `civil`, an account or a member under `person`, members by number under `jury`, whom to call under `session_manager`; and in the reason, whoever it may name."""
    found = Told("", "", "")
    of = about(session_id, subject)

    def kept(whose: str, value: object) -> dict[str, str]:
        row = clear_row(whose, new_salt(), in_json(value))
        found.rows.append(row)
        return commitment(whose, row["digest"])

    def cells(values: Mapping[str, Any]) -> str:
        shown = dict(values)
        for key in ("people", "civil", "person", "session_manager"):
            if shown.get(key):
                shown[key] = kept(of, shown[key])
        if "jury" in shown:
            shown["jury"] = {number: kept(f"member {number}", name) for number, name in shown["jury"].items()}
        if by := COMMITMENT.fullmatch(str(shown.get("status_by"))):
            shown["status_by"] = commitment(by[1], by[2])
        return in_json(shown)

    # Who gave a session the status that it had, an event before tells.
    found.before, found.after = cells({n: v for n, v in before.items() if n != "status_by"}), cells(after)
    found.reason = in_json(kept(of, reason)) if reason else ""
    return found


def clear_row(of: str, salt: str, value: str) -> dict[str, str]:
    """A row of `clear_value`."""
    return {"digest": digest(salt, value), "of": of, "salt": salt, "value": value}


# ---- reading

_KNOWN = select(clear_value).where(clear_value.c.digest.in_(bindparam("digests", expanding=True)))


def clear(conn: Connection, rows: Iterable[Iterable[object]]) -> Callable[[str], str]:
    """How to read the texts of these rows: a function that gives each with the values in the place of their commitments, and
    « effacé » for those that are erased. One query, or none."""
    known = values(conn, rows)

    def said(text: str) -> str:
        if whole := COMMITMENT.fullmatch(text):
            return str(json.loads(known[whole[2]].value)) if whole[2] in known else ERASED
        return COMMITMENT.sub(lambda m: known[m[2]].value if m[2] in known else in_json(ERASED), text)

    return said


def values(conn: Connection, rows: Iterable[Iterable[object]]) -> dict[str, Row[Any]]:
    """The rows of `clear_value` that the texts of these rows commit to, by digest."""
    wanted = sorted({digest for _, digest in commitments(rows)})
    return {row.digest: row for some in batches(wanted) for row in conn.execute(_KNOWN, {"digests": some})}


def apart(events: Iterable[Row[Any]]) -> set[str]:
    """The digests of what these events say of people's civil status, which is told to nobody who does not need it."""
    held = (json.loads(e.after).get("civil") for e in events if '"civil":' in e.after)
    return {said["sha256"] for said in held if said}


def commitments(rows: Iterable[Iterable[object]]) -> Iterator[tuple[str, str]]:
    """Whom they are of, and their digests."""
    for row in rows:
        for text in row:
            if isinstance(text, str) and '"sha256":"' in text:
                yield from ((m[1], m[2]) for m in COMMITMENT.finditer(text))


def signed(conn: Connection, rows: Iterable[Row[*tuple[Any, ...]]]) -> list[Shown]:
    """These rows as a page shows them: with the names of those who acted."""
    rows = list(rows)
    said = clear(conn, rows)
    return [
        Shown(**{name: said(value) if isinstance(value, str) else value for name, value in row._mapping.items()}) for row in rows
    ]


def cell(value: object, known: Mapping[str, Row[Any]]) -> object:
    """A value of an event as a column of a table has it: a name as it is, or « effacé »; who acted, as a commitment."""
    if not isinstance(value, dict):
        return value
    if value["of"].startswith("account "):
        return in_json(value)
    found = known.get(value["sha256"])
    return json.loads(found.value) if found else ERASED


def named(conn: Connection, by: str) -> str:
    """Who acted, as one column of a table keeps it."""
    return clear(conn, [[by]])(by)


def events_of(
    conn: Connection, rows: Iterable[Row[*tuple[Any, ...]]]
) -> list[tuple[Shown, Mapping[str, Any], Mapping[str, Any]]]:
    """Events with what is still kept of the people whom they tell of: each as a row, what was and what became. One query."""
    return [(e, json.loads(e.before), json.loads(e.after)) for e in signed(conn, rows)]


# ---- verifying


def fits(row: Row[Any]) -> bool:
    """Whether the value is the one that an event commits to: not one that was told anew without somebody who is erased."""
    return hmac.compare_digest(digest(row.salt, row.value), row.digest)


ONE_ERASED = "candidate_erased"  # it says by digest which values are gone, and what the others that named this one have become


@dataclass
class Held:
    """Whether the values hold that events commit to: each is there and fits, or its erasure is told after it."""

    missing: dict[str, dict[str, int]] = field(default_factory=dict)  # by whom or what: digests, and the last event that has each
    changed: dict[str, tuple[str, int]] = field(default_factory=dict)  # what they have become, and the last event that has each

    def hear(self, conn: Connection, events: Sequence[Row[Any]]) -> int | None:
        """Look at these events; the number of the first whose value was given to another, if there is one."""
        known = values(conn, events)
        for e in events:
            for of, fingerprint in commitments([e]):
                row = known.get(fingerprint)
                if row is None:
                    self.missing.setdefault(of, {})[fingerprint] = e.id
                elif row.of != of:
                    return int(e.id)
                elif not fits(row):
                    self.changed[fingerprint] = (digest(row.salt, row.value), e.id)
        return None

    def all_erased(self, of: str, event: int) -> None:
        """This event tells that what was said of them before is gone."""
        left = {fingerprint: last for fingerprint, last in self.missing.pop(of, {}).items() if last > event}
        if left:
            self.missing[of] = left

    def one_erased(self, of: str, event: int, after: Mapping[str, Any]) -> None:
        """This event tells that one of them is gone."""
        missing = self.missing.get(of, {})
        for fingerprint in after["gone"]:
            if missing.get(fingerprint, event) < event:
                del missing[fingerprint]
        for fingerprint, became in after["anew"].items():
            if fingerprint in self.changed and self.changed[fingerprint][0] == became and self.changed[fingerprint][1] < event:
                del self.changed[fingerprint]

    def unexplained(self) -> int | None:
        """The first event of which a value is gone without a word."""
        return min((last for gone in self.missing.values() for last in gone.values()), default=None)

    def rewritten(self) -> int | None:
        """The first event of which a value is another without a word."""
        return min((last for _, last in self.changed.values()), default=None)
