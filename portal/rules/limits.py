"""Time limits before the exam, as data: until when the DTE is asked for and the convocations are sent (domain.md 3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from portal.rules.conditions import Condition
from portal.rules.facts import Facts
from portal.rules.french import day, plural
from portal.rules.lifecycle import Role, Status


@dataclass(frozen=True)
class Limits:
    """Days before the first day. `dte_automatic`: the DTE leaves by itself when the centre asks for it."""

    dte_days: int = 14
    convocation_days: int = 7
    dte_automatic: bool = False

    NUMBERS: ClassVar[tuple[str, ...]] = ("dte_days", "convocation_days")
    LONGEST: ClassVar[int] = 365


@dataclass(frozen=True)
class Awaited:
    """What is awaited in a status, of whom, and the name of its limit."""

    what: str
    by: Role
    limit: str


CONVOCATIONS = "éditer les convocations des candidats"
AWAITED: Mapping[Status, Awaited] = {
    Status.PREPARATION: Awaited("demander le DTE", Role.CENTRE, "dte_days"),
    # The newsletter counts towards the convocations already here; but it is the unit who must send the DTE first.
    Status.DTE_REQUESTED: Awaited(CONVOCATIONS, Role.UD, "convocation_days"),
    Status.DTE_SENT: Awaited(CONVOCATIONS, Role.CENTRE, "convocation_days"),
}


@dataclass(frozen=True)
class Deadline:
    """Until `on`, included, `what` is to be done; `left` days remain (negative: late by so many). `by`: whose turn it is."""

    what: str
    on: date
    left: int
    by: Role
    status: Status
    first_day: date
    moved: bool

    @property
    def late(self) -> bool:
        """Whether the limit is past."""
        return self.left < 0

    @property
    def words(self) -> str:
        """« Plus que 12 jours pour éditer les convocations des candidats (jusqu’au 27/06/2020). »"""
        if self.left == 0:
            return f"Dernier jour aujourd’hui pour {self.what} ({day(self.on)})."
        if self.left > 0:
            return f"Plus que {plural(self.left, 'jour')} pour {self.what} (jusqu’au {day(self.on)})."
        return f"En retard de {plural(-self.left, 'jour')} : la date limite pour {self.what} était le {day(self.on)}."

    def whose(self, role: Role, unit: str) -> str:
        """Whose lateness it is, in a sentence; empty where it is plain: the reader's own."""
        if self.by is role:
            return ""
        if self.by is Role.UD:
            return f"L’{unit} doit d’abord envoyer le DTE : {'ce retard n’est pas le vôtre' if self.late else 'rien à faire pour vous'}."
        return "C’est au centre de le faire."

    def way_out(self, role: Role, unit: str, today: date) -> str:
        """What can still be done once the limit is past, as a sentence for the centre or its unit."""
        if not self.late:
            return ""
        begun, days = today >= self.first_day, "changez les jours d’examen"
        if self.status is Status.PREPARATION:
            change = days if self.moved else "changez les dates dans « Informations pratiques »"
            centre = f"La demande reste possible aujourd’hui ; sinon, {change}, ou annulez la session."
            return centre if role is Role.CENTRE else "Le centre peut encore demander le DTE, ou changer les dates."
        if self.status is Status.DTE_REQUESTED:
            if role is Role.UD:
                later = "" if begun or self.moved else " S’il est trop tard pour le centre, reportez la session."
                return f"L’envoi reste possible aujourd’hui.{later}"
            later = f"voyez avec l’{unit}, ou annulez la session" if begun else f"demandez un report à l’{unit}"
            later = days if self.moved else later
            return f"Les convocations s’éditent dès que le DTE est envoyé ; si le délai ne suffit plus, {later}."
        recall = f"demandez à l’{unit} de rappeler le DTE, puis de reporter la session"
        later = "prévenez vous-même les candidats, ou annulez la session" if begun else recall
        later = days if self.moved else later
        centre = f"Les convocations restent possibles aujourd’hui ; si le délai ne suffit plus, {later}."
        if role is Role.CENTRE:
            return centre
        open_to_postpone = not begun and not self.moved
        return "Le centre peut encore convoquer" + (" ; vous pouvez rappeler le DTE, puis reporter." if open_to_postpone else ".")


TURN: Mapping[Status, str] = {
    Status.PREPARATION: "au centre de demander le DTE",
    Status.DTE_REQUESTED: "à {unit} d’envoyer le DTE",
    Status.DTE_SENT: "au centre de convoquer",
}


def limit_of(status: Status, first_day: date | None, limits: Limits) -> date | None:
    """The last day on which what a session awaits is in time; None where nothing is awaited, or no day is known."""
    awaited = AWAITED.get(status)
    if awaited is None or first_day is None:
        return None
    return first_day - timedelta(days=getattr(limits, awaited.limit))


def lateness(status: Status, first_day: date | None, limits: Limits, today: date) -> str:
    """« En retard depuis le 28/06/2020 : c’est à {unit} d’envoyer le DTE »; empty for a session that is not late."""
    limit = limit_of(status, first_day, limits)
    if limit is None or today <= limit:
        return ""
    return f"En retard depuis le {day(limit + timedelta(days=1))} : c’est {TURN[status]}"


def has_deadline(facts: Facts) -> bool:
    """Whether something is awaited at all. A moved session counts from the days of the exam, once they are stated."""
    return facts.status in AWAITED and facts.first_day is not None


def deadline(facts: Facts, limits: Limits, today: date) -> Deadline | None:
    """What the session must reach before its first day, if anything."""
    awaited, first_day = AWAITED.get(facts.status), facts.first_day
    on = limit_of(facts.status, first_day, limits)
    if awaited is None or first_day is None or on is None:
        return None
    return Deadline(awaited.what, on, (on - today).days, awaited.by, facts.status, first_day, facts.postponed)


def late(limits: Limits, today: date) -> tuple[Condition, ...]:
    """The sessions whose deadline is past: any of these conditions."""
    found = []
    for status, awaited in AWAITED.items():
        first_day_to = today + timedelta(days=getattr(limits, awaited.limit) - 1)
        found.append(Condition((status,), postponed=False, start_to=first_day_to))
        found.append(Condition((status,), postponed=True, exam_start_to=first_day_to))
    return tuple(found)
