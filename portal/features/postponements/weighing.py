"""What the rule says of moving sessions to other dates, and what that would break: whoever decides reads it before the click."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Connection

from portal.core.approvals import ApprovedTitle, of_centres
from portal.core.dates import date_errors, not_ahead
from portal.core.days_off import holiday
from portal.core.session import SessionRow
from portal.features.jury.moving import seated_on
from portal.features.jury.queries import Seat
from portal.rules.expired import Granted
from portal.rules.french import day, plural
from portal.rules.lifecycle import Action, Status
from portal.rules.plausible import Doubt, only_new, span
from portal.rules.rights import Refused, may
from portal.rules.steps import STEP, Step
from portal.rules.titles import may_start
from portal.store.actors import Actor


@dataclass(frozen=True)
class Move:
    """A session, and the dates to which it would go. `granted`: the unit would grant them beyond its title's expiry."""

    s: SessionRow
    starts_on: date
    ends_on: date
    granted: bool = False


@dataclass(frozen=True)
class Weighed:
    """`refused`: the rule does not allow the act; `errors`: it does not allow these dates; `breaks`: what they would break;
    `doubts`: what will be asked once more; `first`: the step that would open the way."""

    refused: Refused | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    breaks: Sequence[str] = ()
    doubts: Sequence[Doubt] = ()
    first: Step | None = None

    @property
    def allowed(self) -> bool:
        return self.refused is None and not self.errors

    @property
    def why_not(self) -> str:
        """Why it would be refused, as one sentence or more; empty when it would be done."""
        return self.refused.reason if self.refused else " ".join(self.errors.values())


def weigh(conn: Connection, actor: Actor, moves: Sequence[Move], today: date) -> list[Weighed]:
    """What the rule says today of each of these moves, in their order. The queries do not grow with their number, but for
    sessions beyond their title's expiry."""
    moved = [_moved(m) for m in moves]
    seats = seated_on(conn, actor, moved)
    titles = of_centres(conn, {m.s.centre_id for m in moves})
    return [_one(conn, actor, m, titles.get(m.s.centre_id, {}), seats.get(m.s.number, []), today) for m in moves]


def _moved(m: Move) -> SessionRow:
    return replace(m.s, starts_on=m.starts_on, ends_on=m.ends_on, actual_end_on=None, planned_end_on=None)


def _one(
    conn: Connection, actor: Actor, m: Move, titles: Mapping[int, ApprovedTitle], seats: Sequence[Seat], today: date
) -> Weighed:
    s, dates = m.s, (m.starts_on, m.ends_on)
    verdict = may(s.person(actor.role), Action.POSTPONE, s.facts, today)
    if isinstance(verdict, Refused):
        return Weighed(verdict, first=STEP[Action.RECALL_DTE] if recall_helps(s, today) else None)
    granting = [Granted(0, *dates)] if m.granted else []
    errors = {**date_errors(conn, s, *dates, granting), **not_ahead(s, *dates, today)}
    if m.ends_on < m.starts_on:
        return Weighed(errors=errors)
    known = titles.get(s.title_id)
    breaks = [
        *without_approval(may_start(known.approvals if known else [], m.starts_on, granted=m.granted), s.approval_id is not None),
        *_jury(seats),
        *_convened(s),
        *_stated(s),
    ]
    breaks = [told for told in breaks if told not in errors.values()]
    doubts = only_new(
        span(("starts_on", m.starts_on), ("ends_on", m.ends_on), today, holiday), {"starts_on": s.starts_on, "ends_on": s.ends_on}
    )
    return Weighed(errors=errors, breaks=breaks, doubts=doubts)


def recall_helps(s: SessionRow, today: date) -> bool:
    """Whether the session could be moved, once its DTE is recalled."""
    return s.status is Status.DTE_SENT and today < s.starts_on


def without_approval(held: object, needed: bool) -> list[str]:
    """What is said when no approval covers the start, in words for the unit. `held`: an approval, or why there is none."""
    if isinstance(held, str) and needed:
        return [held.replace("Votre centre", "Le centre").replace("de votre centre", "du centre")]
    return []


def _jury(seats: Sequence[Seat]) -> list[str]:
    told = []
    for seat in seats:
        if seat.why_not:
            told.append(f"Jury : {seat.name}, {seat.why_not[0].lower()}{seat.why_not[1:]}")
        for other in seat.elsewhere:
            where = f"la session {other.number}" if other.number else "une autre session"
            told.append(f"Jury : {seat.name} siège à {where} du {day(other.starts_on)} au {day(other.ends_on)}.")
    return told


def _stated(s: SessionRow) -> list[str]:
    told = [f"Date réelle de fin saisie ({day(s.actual_end_on)}) : le centre la saisira de nouveau."] if s.actual_end_on else []
    if s.exam_starts_on and s.exam_ends_on:
        days = f"du {day(s.exam_starts_on)} au {day(s.exam_ends_on)}"
        told.append(f"Jours d’examen indiqués ({days}) : le centre les indiquera de nouveau.")
    return told


def _convened(s: SessionRow) -> list[str]:
    if s.status is not Status.CONVOKED or not s.candidates:
        return []
    who = plural(s.candidates, "candidat déjà convoqué", "candidats déjà convoqués")
    return [f"{who} : le centre devra convoquer de nouveau."]
