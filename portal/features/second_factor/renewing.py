"""Secrets that an old key encrypted are encrypted under the key of today, so that the old one can be forgotten."""

from sqlalchemy import Connection, select, update

from portal.features.second_factor.secrets_box import Box
from portal.store.database import Database
from portal.store.factors import FactorKind, factor

HELD = select(factor.c.id, factor.c.secret).where(factor.c.kind == FactorKind.TOTP.value).order_by(factor.c.id)


def standing(conn: Connection, box: Box) -> tuple[int, int]:
    """How many secrets an old key encrypted, and how many no key reads."""
    secrets = [row.secret for row in conn.execute(HELD)]
    return sum(box.is_old(secret) for secret in secrets), sum(box.open(secret) is None for secret in secrets)


def renew(db: Database, box: Box) -> tuple[int, int]:
    """Encrypt anew what an old key encrypted: how many, and how many no key reads, which stay as they are."""
    renewed = 0
    with db.writing() as tx:
        for row in tx.execute(HELD.with_for_update()).all():
            if box.is_old(row.secret):
                tx.execute(update(factor).where(factor.c.id == row.id).values(secret=box.renewed(row.secret)))
                renewed += 1
        return renewed, standing(tx, box)[1]
