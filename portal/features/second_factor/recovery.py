"""Recovery codes: ten, each once, for who has lost the second factor; kept as digests alone."""

import re
import secrets
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, delete, func, insert, select, update

from portal.store.factors import recovery_code

MANY, LENGTH = 10, 28
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


def make(tx: Connection, account_id: int) -> list[str]:
    """Ten new codes in the place of those before: seven groups of four signs."""
    codes = ["".join(secrets.choice(SIGNS) for _ in range(LENGTH)) for _ in range(MANY)]
    drop(tx, account_id)
    tx.execute(insert(recovery_code), [{"account_id": account_id, "digest": _digest(code)} for code in codes])
    return ["-".join(re.findall("....", code)) for code in codes]


def drop(tx: Connection, account_id: int) -> None:
    """Whoever has no second factor needs no codes."""
    tx.execute(delete(recovery_code).where(recovery_code.c.account_id == account_id))


def use(tx: Connection, account_id: int, code: str, now: datetime) -> bool:
    """Whether this is a code of this account that was not used before; now it is."""
    plain = re.sub(r"[\s-]", "", code).casefold()
    mine = (recovery_code.c.account_id == account_id) & (recovery_code.c.digest == _digest(plain))
    return tx.execute(update(recovery_code).where(mine, recovery_code.c.used_at.is_(None)).values(used_at=now)).rowcount == 1


def left(conn: Connection, account_id: int) -> int:
    """How many codes of this account were not used yet."""
    query = select(func.count()).where(recovery_code.c.account_id == account_id, recovery_code.c.used_at.is_(None))
    return int(conn.execute(query).scalar_one())


def _digest(code: str) -> str:
    """A hundred and thirty-eight bits drawn at random: one digest is enough."""
    return sha256(code.encode()).hexdigest()
