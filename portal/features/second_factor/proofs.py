"""Whether a person gives a second factor: a code, a passkey's answer, or a recovery code; each counts once."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Row, select, update

from portal.core.telling import Message, mail_now
from portal.features.second_factor import passkeys, recovery, totp
from portal.features.second_factor.secrets_box import Box
from portal.store.accounts import account
from portal.store.factors import FactorKind, factor
from portal.store.work import Work


@dataclass(frozen=True)
class Means:
    """What proofs are checked with: the box of secrets, the real moment, and for which site passkeys sign."""

    box: Box
    moment: datetime
    site: passkeys.Site


@dataclass(frozen=True)
class Given:
    """What a person gave: a code as typed, or what a passkey answered to a challenge of this sign-in."""

    code: str = ""
    answer: str = ""
    challenge: str = ""


class Found(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    USED = "used"  # the right code, which has served


def prove(tx: Connection, work: Work, means: Means, given: Given) -> Found:
    """Whether this proves the one who acts. The account is held, so that no code serves twice at once."""
    account_id = work.actor.id or 0
    tx.execute(select(account.c.id).where(account.c.id == account_id).with_for_update())
    rows = list(tx.execute(select(factor).where(factor.c.account_id == account_id)))
    if given.answer:
        return _by_passkey(tx, work, means, rows, given)
    code = re.sub(r"[\s-]", "", given.code)
    if re.fullmatch("[0-9]{6}", code):
        return _by_code(tx, work, means, rows, code)
    if rows and recovery.use(tx, account_id, code, work.on.now):
        _tell_used(tx, work)
        return Found.RIGHT
    return Found.WRONG


def _by_code(tx: Connection, work: Work, means: Means, rows: list[Row[tuple[object, ...]]], code: str) -> Found:
    found = Found.WRONG
    for row in rows:
        secret = means.box.open(row.secret) if row.kind == FactorKind.TOTP else None
        step = totp.found_in(secret, code, means.moment) if secret else None
        if step is not None and step > row.counter:
            _count(tx, work, row.id, step)
            return Found.RIGHT
        if step is not None:
            found = Found.USED
    return found


def _by_passkey(tx: Connection, work: Work, means: Means, rows: list[Row[tuple[object, ...]]], given: Given) -> Found:
    keys = {row.credential: row for row in rows if row.kind == FactorKind.PASSKEY}
    row = keys.get(passkeys.name_in(given.answer))
    uses = passkeys.check(means.site, given.challenge, given.answer, row.secret, row.counter) if row else None
    if row is None or uses is None:
        return Found.WRONG
    _count(tx, work, row.id, uses)
    return Found.RIGHT


def _count(tx: Connection, work: Work, number: int, counter: int) -> None:
    tx.execute(update(factor).where(factor.c.id == number).values(counter=counter, used_at=work.on.now))


def _tell_used(tx: Connection, work: Work) -> None:
    left = recovery.left(tx, work.actor.id or 0)
    work.record(tx, "recovery_code_used", subject=f"account {work.actor.id}", after={"left": left})
    body = (
        f"Un de vos codes de secours vient de servir ; il vous en reste {left}.\n"
        "Si ce n’est pas vous, changez votre mot de passe sans attendre, puis faites d’autres codes."
    )
    mail_now(tx, work.on.now, work.actor.id or 0, Message("Un code de secours a servi", body, "/compte/second-facteur"))
