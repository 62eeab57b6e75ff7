"""The quick filters of the list, by role: each is a condition on exam_session."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement, and_, case, false, func, or_

from portal.rules.conditions import Condition
from portal.rules.lifecycle import Role, Status
from portal.rules.limits import Limits, late
from portal.rules.todo import MINUTES_DUE, NO_REAL_END, TABLE, Next
from portal.store.conditions import in_status, matches
from portal.store.sessions import exam_session as s


@dataclass(frozen=True)
class View:
    """A quick filter of the list, with the count of what it holds."""

    key: str
    label: str


ALL = View("toutes", "Toutes")
TODO = View("a-faire", "À faire")
POSTPONED = View("reportees", "Reportées automatiquement")
RESULTS_DUE = View("resultats", "Résultats à saisir")
NO_ACTUAL_END = View("sans-date-reelle", "Sans date réelle")
TO_LOCK = View("a-verrouiller", "À verrouiller")
LATE = View("en-retard", "En retard")
MINUTES = View("pv-attendus", "PV attendus")
PRESSING = View("presse", "")  # the day's page alone: what is due today, and the real end dates that hold up results

VIEWS = {
    Role.CENTRE: (ALL, TODO, LATE, POSTPONED, RESULTS_DUE, MINUTES),
    Role.UD: (ALL, TODO, LATE, POSTPONED, NO_ACTUAL_END, MINUTES, TO_LOCK),
    Role.REGION: (ALL, LATE, POSTPONED, NO_ACTUAL_END, TO_LOCK),
    Role.NATIONAL: (ALL, LATE, POSTPONED, NO_ACTUAL_END, TO_LOCK),
}


ENDLESS = {ALL.key, POSTPONED.key}  # they hold what is over, too; the others what somebody has to see to

# Behind each number of the day's page: the sessions at one step of a role's table.
STEP = "etape-"
STEP_VIEWS = {role: tuple(View(STEP + step.key, step.label) for step in steps) for role, steps in TABLE.items()}


def views(role: Role, current: str = "") -> tuple[View, ...]:
    """The quick filters of a role, and the one that a link of the day's page leads to."""
    return VIEWS[role] + tuple(view for view in STEP_VIEWS[role] if view.key == current)


@lru_cache(maxsize=64)
def step_key(role: Role, today: date) -> ColumnElement[str]:
    """The key of `portal.rules.todo.next_step`, in SQL."""
    steps = [(matches(step.when, today), step.key) for step in TABLE[role]]
    return case(*steps, else_="") if steps else func.coalesce("", "")


def _acts(role: Role, today: date) -> ColumnElement[bool]:
    """Sessions whose first fitting step is one that this role takes, as conditions that an index can answer one by one."""
    found: list[ColumnElement[bool]] = []
    waiting: list[Next] = []
    for step in TABLE[role]:
        if step.act:
            before = [w for w in waiting if _share_a_status(w, step)]
            found.append(and_(matches(step.when, today), *(~matches(w.when, today) for w in before)))
        else:
            waiting.append(step)
    return _any((step.when for step in TABLE[role] if step.act), today, *found) if found else or_(false())


def _share_a_status(a: Next, b: Next) -> bool:
    return bool(set(a.when.statuses or Status) & set(b.when.statuses or Status))


def steps_of(role: Role) -> dict[str, Next]:
    """The steps of this role's table by their keys."""
    return {step.key: step for step in TABLE[role]}


def _at_step(role: Role, key: str, today: date) -> ColumnElement[bool]:
    """The sessions of which this is the next step; first their statuses, which an index answers: those that are over are not read."""
    stands = step_key(role, today) == key
    statuses = {status for step in TABLE[role] if step.key == key for status in step.when.statuses or Status}
    return and_(in_status(sorted(statuses)), stands) if statuses else stands


def _late(limits: Limits, on: date, today: date) -> ColumnElement[bool]:
    """The sessions that are late on this day."""
    return _any(late(limits, on), today)


def _any(conditions: Iterable[Condition], today: date, *others: ColumnElement[bool]) -> ColumnElement[bool]:
    """Any of these, or of `others`; first the statuses of all of them, which an index answers."""
    conditions = list(conditions)
    statuses = sorted({status for condition in conditions for status in condition.statuses or Status})
    return and_(in_status(statuses), or_(*(others or (matches(condition, today) for condition in conditions))))


@lru_cache(maxsize=512)
def view_condition(view: str, role: Role, today: date, limits: Limits) -> ColumnElement[bool]:
    if view.startswith(STEP):
        return _at_step(role, view.removeprefix(STEP), today)
    match view:
        case "en-retard":
            return _late(limits, today, today)
        case "presse":
            last_day = and_(_late(limits, today + timedelta(days=1), today), ~_late(limits, today, today))
            return and_(_acts(role, today), or_(last_day, _at_step(role, "set_actual_end", today)))
        case "a-faire":
            return _acts(role, today)
        case "reportees":
            return s.c.postponed_run_id.is_not(None)
        case "resultats":
            return _at_step(Role.CENTRE, "enter_results", today)
        case "sans-date-reelle":
            return matches(NO_REAL_END, today)
        case "pv-attendus":
            return matches(MINUTES_DUE, today)
        case "a-verrouiller":
            return s.c.status == Status.RESULTS.value
    return s.c.id.is_not(None)
