"""Time limits before a session starts, as data: until when the DTE is asked for and the convocations are sent."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from portal.rules.conditions import Condition
from portal.rules.facts import Facts
from portal.rules.french import day, plural
from portal.rules.lifecycle import Status


@dataclass(frozen=True)
class Limits:
    """Days before the start date. `dte_automatic`: the DTE leaves by itself when the centre asks for it."""

    dte_days: int = 14
    convocation_days: int = 7
    dte_automatic: bool = False

    NUMBERS: ClassVar[tuple[str, ...]] = ("dte_days", "convocation_days")
    LONGEST: ClassVar[int] = 365


@dataclass(frozen=True)
class Deadline:
    """Until `on`, included, `what` is to be done; `left` days remain (negative: late by so many)."""

    what: str
    on: date
    left: int

    @property
    def late(self) -> bool:
        return self.left < 0

    @property
    def words(self) -> str:
        if self.left == 0:
            return f"Dernier jour aujourd’hui pour {self.what}."
        if self.left > 0:
            return f"Plus que {plural(self.left, 'jour')} pour {self.what} (jusqu’au {day(self.on)})."
        return f"En retard de {plural(-self.left, 'jour')} : la date limite pour {self.what} était le {day(self.on)}."


# What is awaited in each status, and the name of its limit.
AWAITED = {
    Status.PREPARATION: ("demander le DTE", "dte_days"),
    Status.DTE_REQUESTED: ("éditer les convocations des candidats", "convocation_days"),
    Status.DTE_SENT: ("éditer les convocations des candidats", "convocation_days"),
}


def has_deadline(facts: Facts) -> bool:
    """Whether something is awaited at all. An automatically postponed session began long ago: nothing is."""
    return facts.status in AWAITED and not facts.postponed


def deadline(facts: Facts, limits: Limits, today: date) -> Deadline | None:
    """What the session must reach before it starts, if anything."""
    if not has_deadline(facts):
        return None
    what, name = AWAITED[facts.status]
    on = facts.starts_on - timedelta(days=getattr(limits, name))
    return Deadline(what, on, (on - today).days)


def late(limits: Limits, today: date) -> tuple[Condition, ...]:
    """The sessions whose deadline is past: any of these conditions."""
    return tuple(
        Condition((status,), postponed=False, start_to=today + timedelta(days=getattr(limits, name) - 1))
        for status, (_, name) in AWAITED.items()
    )
