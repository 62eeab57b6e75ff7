"""Guesses at a password are counted before they are looked at, and beyond a bound they are refused at once.

Each guess takes one place of three: of the account from this address, of the address, and of the account from anywhere.
A place comes back with time, and at once when the password was right. A browser on which this account has signed in before
has places of its own, so that its owner gets in at the first right password while others guess; when these are used up, it
is a browser like any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT is SQLite's, too

from portal.store.accounts import guess
from portal.store.database import Database

KEYS = 65_536  # of each kind: however many addresses are invented, the table stays small
APART = timedelta(minutes=1)  # the clocks of two nodes
CLEARED = 200  # rows that hold nothing any more, taken away at each guess


@dataclass(frozen=True)
class Bound:
    """`at_once` guesses, and `an_hour` more as time passes: no hour sees more than the sum of both."""

    at_once: int
    an_hour: int

    @property
    def every(self) -> timedelta:
        """How long it takes for one place to come back."""
        return timedelta(hours=1) / self.an_hour

    def wait(self, free_at: datetime, now: datetime) -> timedelta:
        """How long until a guess may be looked at; nothing when it may now. `free_at`: when all places are back."""
        wait = self.taken(free_at, now) - now - self.at_once * self.every
        return wait if wait > min(APART, self.every / 2) else timedelta(0)

    def taken(self, free_at: datetime, now: datetime) -> datetime:
        """When all places are back, one more being taken. What no guess can have made is of a clock that was set back, and holds
        nobody up."""
        made = free_at <= now + self.at_once * self.every + APART
        return (max(free_at, now) if made else now) + self.every


PAIR, ADDRESS, ACCOUNT, KNOWN = Bound(10, 20), Bound(200, 300), Bound(20, 40), Bound(10, 10)

# Links asked for an account: from one address, from anywhere, and on a browser on which it has signed in; and from an address.
# A link lasts longer than it takes for the next place to come back: whoever is refused has one that serves in the mailbox.
LINK_HERE, LINK, LINK_KNOWN, LINKS = Bound(5, 5), Bound(10, 10), Bound(3, 3), Bound(20, 40)

Bounds = Mapping[str, Bound]


@dataclass(frozen=True)
class Place:
    """Where a guess comes from. `browser`: what names the browser, if this account has signed in on it before."""

    email: str
    address: str
    browser: str = ""

    @property
    def bounds(self) -> list[Bounds]:
        """What bounds a guess, by its key; the first of them that has a place is taken."""
        network = _network(self.address)
        anybody = {
            _key("pair", f"{self.email}|{network}"): PAIR,
            _key("address", network): ADDRESS,
            _key("account", self.email): ACCOUNT,
        }
        return [{_key("known", f"{self.email}|{self.browser}"): KNOWN}, anybody] if self.browser else [anybody]


@dataclass(frozen=True)
class Asking:
    """A link to another password is asked for this account, from this address. `browser`: as of a guess."""

    email: str
    address: str
    browser: str = ""

    @property
    def bounds(self) -> list[Bounds]:
        """What bounds it, by its key: strangers use up their own places, never those of a browser that the account knows."""
        network = _network(self.address)
        anybody = {
            _key("asking", f"{self.email}|{network}"): LINK_HERE,
            _key("link", self.email): LINK,
            _key("links", network): LINKS,
        }
        return [{_key("mine", f"{self.email}|{self.browser}"): LINK_KNOWN}, anybody] if self.browser else [anybody]


def _network(address: str) -> str:
    """The address; for IPv6 the network, of which one subscriber has all addresses."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(int(found) >> 64)
    return str(getattr(found, "ipv4_mapped", None) or found)


def _key(kind: str, value: str) -> str:
    return f"{kind}:{int.from_bytes(sha256(value.encode()).digest()[:8]) % KEYS}"


def wait(conn: Connection, any_of: Sequence[Bounds], now: datetime) -> timedelta:
    """How long until a guess may be looked at, under one of these bounds."""
    keys = [key for bounds in any_of for key in bounds]
    free = {row.key: row.free_at for row in conn.execute(select(guess).where(guess.c.key.in_(keys)))}
    return min(_longest(bounds, free, now) for bounds in any_of)


def _longest(bounds: Bounds, free: Mapping[str, datetime], now: datetime) -> timedelta:
    return max(bound.wait(free.get(key, now), now) for key, bound in bounds.items())


def count(tx: Connection, any_of: Sequence[Bounds], now: datetime) -> Bounds | timedelta:
    """Count one guess before it is looked at: what it took, to be given back when it was right; or how long to wait."""
    taken = _taken(tx, any_of, now)
    # Last: whoever waits for a row that is taken away here waits for nobody who waits.
    old = select(guess.c.key).where(guess.c.free_at < now).limit(CLEARED).with_for_update(skip_locked=True)
    tx.execute(delete(guess).where(guess.c.key.in_(old)))
    return taken


def _taken(tx: Connection, any_of: Sequence[Bounds], now: datetime) -> Bounds | timedelta:
    waits = []
    for bounds in any_of:
        free = _held(tx, bounds, now)
        longest = _longest(bounds, free, now)
        if not longest:
            for key, bound in bounds.items():
                tx.execute(update(guess).where(guess.c.key == key).values(free_at=bound.taken(free[key], now)))
            return bounds
        waits.append(longest)
    return min(waits)


def _held(tx: Connection, bounds: Bounds, now: datetime) -> dict[str, datetime]:
    """The rows of these keys, made where there are none, and held: two guesses never take the same place."""
    new = insert(guess).on_conflict_do_update(index_elements=[guess.c.key], set_={"key": guess.c.key})
    return {key: tx.execute(new.values(key=key, free_at=now).returning(guess.c.free_at)).scalar_one() for key in sorted(bounds)}


def give_back(tx: Connection, taken: Bounds, now: datetime) -> None:
    """The password was right: its own place comes back, and what was counted against the account from here is forgotten."""
    free = _held(tx, taken, now)
    own = [key for key in taken if key.startswith(("pair:", "known:"))]
    tx.execute(delete(guess).where(guess.c.key.in_(own)))
    for key in taken.keys() - own:
        tx.execute(update(guess).where(guess.c.key == key).values(free_at=free[key] - taken[key].every))


# ---- what else is guessed at, by nobody in particular

LINKS_TRIED, PAPER_TRIED, PAPERS_TRIED = Bound(30, 30), Bound(10, 10), Bound(40, 60)


@dataclass(frozen=True)
class LinkTried:
    """A private link that is none is tried from this address."""

    address: str

    @property
    def bounds(self) -> list[Bounds]:
        """What bounds it, by its key."""
        return [{_key("tried", _network(self.address)): LINKS_TRIED}]


@dataclass(frozen=True)
class PaperTried:
    """Name and birth date are tried on the paper of this code, from this address."""

    code: str
    address: str

    @property
    def bounds(self) -> list[Bounds]:
        """What bounds it, by its key: the paper's, from anywhere, and the address's, on any paper."""
        return [{_key("paper", self.code): PAPER_TRIED, _key("papers", _network(self.address)): PAPERS_TRIED}]


def tried(db: Database, of: LinkTried | PaperTried, now: datetime, *, counts: bool = True) -> timedelta:
    """Count one try before it is looked at: how long to wait, or nothing. `counts`: whether it is, or only asked about."""
    if not counts:
        with db.reading() as conn:
            return wait(conn, of.bounds, now)
    with db.writing() as tx:
        found = count(tx, of.bounds, now)
        return found if isinstance(found, timedelta) else timedelta(0)
