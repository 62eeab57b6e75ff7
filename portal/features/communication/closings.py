"""Closings of the service: announced before, a courteous page while they last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from portal.clock import PARIS
from portal.core.outcomes import Invalid, NotThere, Saved
from portal.rules.duties import Duty
from portal.rules.french import long_day
from portal.store.notices import ANNOUNCED, announced, closing
from portal.store.personal import Shown, signed
from portal.store.work import Work

LONGEST = timedelta(days=3)


@dataclass(frozen=True)
class Closing:
    id: int
    starts_at: datetime
    ends_at: datetime
    reason: str

    def lasts(self, now: datetime) -> bool:
        return self.starts_at <= now < self.ends_at

    @property
    def words(self) -> str:
        """« lundi 15 juin 2020, entre 12 h et 15 h »"""
        start, end = self.starts_at.astimezone(PARIS), self.ends_at.astimezone(PARIS)
        if start.date() == end.date():
            return f"{long_day(start.date())}, entre {_hour(start)} et {_hour(end)}"
        return f"du {long_day(start.date())}, {_hour(start)}, au {long_day(end.date())}, {_hour(end)}"


def _hour(at: datetime) -> str:
    return f"{at.hour} h" + (f" {at.minute:02}" if at.minute else "")


def coming(conn: Connection, now: datetime) -> Closing | None:
    """The closing that lasts now, or the next one of these seven days."""
    row = conn.execute(
        select(closing.c.id, closing.c.starts_at, closing.c.ends_at, closing.c.reason)
        .where(announced(now, now + ANNOUNCED))
        .order_by(closing.c.starts_at, closing.c.id)
        .limit(1)
    ).one_or_none()
    return Closing(*row) if row else None


def closings(conn: Connection) -> Sequence[Shown]:
    query = select(closing).order_by(closing.c.starts_at.desc(), closing.c.id.desc()).limit(20)
    return signed(conn, conn.execute(query).all())


def announce(work: Work, starts_at: datetime, ends_at: datetime, reason: str) -> Saved | Invalid:
    if not work.actor.may(Duty.CLOSE_SERVICE):
        raise NotThere
    if ends_at <= starts_at:
        return Invalid({"end": "La fermeture finirait avant d’avoir commencé : indiquez une fin après le début."})
    if ends_at <= work.on.now:
        return Invalid({"end": "Cette fermeture serait déjà passée : indiquez une fin à venir."})
    if ends_at - starts_at > LONGEST:
        return Invalid({"end": "Une fermeture dure trois jours au plus : rapprochez la fin du début."})
    values = {"starts_at": starts_at, "ends_at": ends_at, "reason": reason}
    with work.db.writing() as tx:
        if tx.execute(
            select(closing.c.id).where(*(closing.c[n] == v for n, v in values.items()), closing.c.called_off_at.is_(None))
        ).scalar():
            return Saved("Cette fermeture est déjà annoncée.")
        query = insert(closing).values(**values, at=work.on.now, by=work.actor.signature).returning(closing.c.id)
        number = tx.execute(query).scalar_one()
        work.record(tx, "closing_announced", subject=f"closing {number}", after={"closing": number, **values})
    return Saved("Fermeture annoncée : un bandeau la dit à tous sept jours avant.")


def call_off(work: Work, closing_id: int) -> Saved:
    if not work.actor.may(Duty.CLOSE_SERVICE):
        raise NotThere
    with work.db.writing() as tx:
        done = tx.execute(
            update(closing).where(closing.c.id == closing_id, closing.c.called_off_at.is_(None)).values(called_off_at=work.on.now)
        ).rowcount
        if done:
            work.record(tx, "closing_called_off", subject=f"closing {closing_id}", after={"closing": closing_id})
    return Saved("Fermeture annulée." if done else "Cette fermeture est déjà annulée.")
