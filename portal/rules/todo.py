"""What to do next with a session (the line « Votre prochaine étape »), by role, as one ordered table: the first match wins.

The list of sessions filters on the same table through SQL; the page reads it in Python.
"""

from dataclasses import dataclass
from datetime import date

from portal.rules.conditions import Condition, holds
from portal.rules.facts import Facts
from portal.rules.lifecycle import ACTIVE, Role, Status


@dataclass(frozen=True)
class Next:
    """A step that someone takes. `act`: this role is the one who must act; otherwise it only waits."""

    key: str
    label: str
    when: Condition
    act: bool


S = Status
TABLE: dict[Role, tuple[Next, ...]] = {
    Role.CENTRE: (
        Next("set_actual_end", "Saisir la date réelle", Condition(ACTIVE, postponed=True, actual_end_known=False), True),
        Next("enter_results", "Saisir les résultats", Condition((S.CONVOKED,), over=True), True),
        Next("wait_end", "Attendre la fin de la session", Condition((S.CONVOKED,)), False),
        Next("request_dte", "Demander le DTE", Condition((S.PREPARATION,)), True),
        Next("wait_dte", "Attendre le DTE", Condition((S.DTE_REQUESTED,)), False),
        Next("convoke", "Envoyer les convocations", Condition((S.DTE_SENT,)), True),
        Next("wait_unit", "Rien à faire : {unit} a la main", Condition((S.RESULTS,)), False),
    ),
    Role.UD: (
        Next("check_actual_end", "Vérifier la date réelle", Condition(ACTIVE, postponed=True, late_actual_end=True), True),
        Next("send_dte", "Envoyer le DTE", Condition((S.DTE_REQUESTED,)), True),
        Next("lock", "Vérifier et verrouiller", Condition((S.RESULTS,)), True),
        Next(
            "wait_actual_end",
            "Le centre doit saisir la date réelle",
            Condition(ACTIVE, postponed=True, actual_end_known=False),
            False,
        ),
        Next("wait_results", "Le centre doit saisir les résultats", Condition((S.CONVOKED,), over=True), False),
    ),
    Role.REGION: (),
    Role.NATIONAL: (),
}


def next_step(role: Role, facts: Facts, today: date) -> Next | None:
    """The first step of the role's table that fits; None when there is nothing to do or to wait for."""
    return next((step for step in TABLE[role] if holds(step.when, facts, today)), None)
