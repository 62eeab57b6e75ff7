"""What to do next with a session (the line « Votre prochaine étape »), by role, as one ordered table: the first match wins.

The steps of a session's life come from `rules.steps`. The list of sessions filters on the same table through SQL; the page
reads it in Python.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from portal.rules.conditions import Condition, holds
from portal.rules.facts import Facts
from portal.rules.lifecycle import ACTIVE, Action, Role, Status
from portal.rules.minutes import DUE, Minutes
from portal.rules.steps import STEPS, Step


@dataclass(frozen=True)
class Next:
    """A step that someone takes. `act`: this role is the one who must act; otherwise it only waits.

    `place`: where it is taken, below the session's page; `tile`: one and many, where the day's page counts it.
    """

    key: str
    label: str
    when: Condition
    act: bool
    place: str = ""
    tile: tuple[str, str] | None = None


def _taken(step: Step) -> Next:
    """The step in the list of whoever takes it."""
    assert step.waiting
    waiting = step.waiting
    return Next(step.action.value, waiting.by, step.condition, True, waiting.place, waiting.tile)


def _awaited(step: Step) -> Next:
    """The step in the list of who waits for it."""
    assert step.waiting and step.waiting.other
    return Next(*step.waiting.other, step.condition, False)


def _acts(role: Role) -> tuple[Next, ...]:
    return tuple(_taken(step) for step in STEPS if step.waiting and step.by is role)


def _waits(role: Role) -> tuple[Next, ...]:
    return tuple(_awaited(step) for step in STEPS if step.waiting and step.waiting.other and step.by is not role)


# All active sessions that a measure moved and whose real end date nobody has entered, whatever their next step.
NO_REAL_END = Condition(ACTIVE, postponed=True, actual_end_known=False)
# Those of them in which it is the next step: convened, and the last day of the exam is reached.
REAL_END_DUE = Condition((Status.CONVOKED,), postponed=True, actual_end_known=False, exam_over=True)
REAL_END_LATER = Condition((Status.CONVOKED,), postponed=True, actual_end_known=False)
WAIT_EXAM = Next("wait_exam", "Attendre le dernier jour d’examen", replace(REAL_END_LATER, unconvened=False), False)
WAIT_END = Next("wait_end", "Attendre la fin de la session", Condition((Status.CONVOKED,)), False)
# Signed minutes that the centre owes, for the first time or once more (domain.md 8a).
MINUTES_DUE = Condition((Status.RESULTS,), minutes=DUE)
OWED = ("PV attendu", "PV attendus")
DEPOSIT = Next(Action.DEPOSIT_MINUTES.value, "Déposer le procès-verbal signé", MINUTES_DUE, True, "/proces-verbal", OWED)
CHECK = Next(
    Action.CHECK_MINUTES.value,
    "Vérifier le procès-verbal",
    Condition((Status.RESULTS,), minutes=(Minutes.DEPOSITED,)),
    True,
    "/proces-verbal",
    ("PV à vérifier", "PV à vérifier"),
)
WAIT_MINUTES = Next("wait_minutes", "Le centre doit déposer le procès-verbal", MINUTES_DUE, False, tile=OWED)
TABLE: Mapping[Role, tuple[Next, ...]] = {
    Role.CENTRE: (
        Next(
            "set_actual_end",
            "Saisir la date réelle",
            REAL_END_DUE,
            True,
            "/date-reelle",
            ("session reportée attend sa date réelle", "sessions reportées attendent leur date réelle"),
        ),
        WAIT_EXAM,
        *_acts(Role.CENTRE),
        DEPOSIT,
        WAIT_END,
        *_waits(Role.CENTRE),
    ),
    Role.UD: (
        Next(
            "check_actual_end",
            "Vérifier la date réelle",
            Condition(ACTIVE, postponed=True, end_in_doubt=True),
            True,
            tile=("date réelle à vérifier", "dates réelles à vérifier"),
        ),
        CHECK,
        WAIT_MINUTES,
        *_acts(Role.UD),
        Next("wait_actual_end", "Le centre doit saisir la date réelle", REAL_END_DUE, False),
        *_waits(Role.UD),
        WAIT_EXAM,
        WAIT_END,
    ),
    Role.REGION: (),
    Role.NATIONAL: (),
}


def awaited(facts: Facts, today: date) -> dict[Role, Next]:
    """Who has something to do with a session now, and what: for those who look on."""
    steps = {role: next_step(role, facts, today) for role in (Role.CENTRE, Role.UD)}
    return {role: step for role, step in steps.items() if step and step.act}


def next_step(role: Role, facts: Facts, today: date) -> Next | None:
    """The first step of the role's table that fits; None when there is nothing to do or to wait for."""
    return next((step for step in TABLE[role] if holds(step.when, facts, today)), None)
