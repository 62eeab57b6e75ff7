"""Failures slow the next attempt down; they never lock the true owner out.

Each failure is counted for the account from this address, for the address, and for the account from anywhere. The
answer to a failure is held back for the wait that these counts give (a few seconds at most), and meanwhile no other
attempt from the same place on the same account is looked at. So an attacker gets one try per wait, while the owner,
coming after, is let in at the first right password; and a browser on which this account has signed in before never waits.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select, update

from portal.store.accounts import sign_in_failure as failure

FORGOTTEN_AFTER = timedelta(minutes=15)
LONGEST_WAIT = 4.0


@dataclass(frozen=True)
class Place:
    email: str
    address: str

    @property
    def pair(self) -> str:
        return _key("pair", f"{self.email}|{self.address}")

    @property
    def keys(self) -> dict[str, int]:
        """Each key with the failures that are free of any wait."""
        return {self.pair: 3, _key("address", self.address): 20, _key("account", self.email): 10}


def _key(kind: str, value: str) -> str:
    return sha256(f"{kind}:{value}".encode()).hexdigest()


def wait_for(failures: int, free: int) -> float:
    """Seconds to wait after so many failures."""
    return 0.0 if failures <= free else min(LONGEST_WAIT, 0.25 * 2.0 ** (failures - free - 1))


def blocked_for(conn: Connection, place: Place, now: datetime) -> float:
    """Seconds during which an attempt from this place is not even looked at."""
    until = conn.execute(select(failure.c.blocked_until).where(failure.c.key == place.pair)).scalar()
    return max(0.0, (until - now).total_seconds()) if until else 0.0


def failed(tx: Connection, place: Place, now: datetime) -> float:
    """Count one more failure; the wait that it earns comes back, in seconds."""
    tx.execute(delete(failure).where(failure.c.last_at < now - FORGOTTEN_AFTER))
    counts = {
        r.key: int(r._mapping["count"])
        for r in tx.execute(select(failure).where(failure.c.key.in_(place.keys)).with_for_update())
    }
    wait = max(wait_for(counts.get(key, 0) + 1, free) for key, free in place.keys.items())
    for key in sorted(place.keys):
        until = now + timedelta(seconds=wait) if key == place.pair else now
        values = {"count": counts.get(key, 0) + 1, "last_at": now, "blocked_until": until}
        if key in counts:
            tx.execute(update(failure).where(failure.c.key == key).values(**values))
        else:
            tx.execute(insert(failure).values(key=key, **values))
    return wait


def forget(tx: Connection, place: Place) -> None:
    """A right password clears what was counted against this account from here."""
    tx.execute(delete(failure).where(failure.c.key == place.pair))
