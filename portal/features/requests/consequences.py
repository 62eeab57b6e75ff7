"""What the rule would say if these requests were accepted, and what that would break: the unit decides, knowing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from portal.core.approvals import ApprovedTitle, of_centres
from portal.core.dates import end_first
from portal.core.days_off import holiday
from portal.core.finding import find_several
from portal.core.session import SessionRow
from portal.features.postponements.weighing import Move, Weighed, recall_helps, without_approval
from portal.features.postponements.weighing import weigh as weigh_moves
from portal.features.requests.queries import Asked
from portal.rules.expired import why_not_ask
from portal.rules.lifecycle import Action
from portal.rules.plausible import span
from portal.rules.rights import Refused, may
from portal.rules.steps import STEP
from portal.rules.titles import may_start
from portal.store.actors import Actor
from portal.store.requests import RequestKind


@dataclass(frozen=True)
class Wish:
    """A request, its session where it has one, and the dates that would be granted."""

    asked: Asked
    s: SessionRow | None
    starts_on: date
    ends_on: date


def weigh(conn: Connection, actor: Actor, wishes: Sequence[Wish], today: date) -> dict[int, Weighed]:
    """What the rule says today of each, by number of the request."""
    moves = [w for w in wishes if w.s is not None and w.asked.kind is not RequestKind.CORRECTION]
    weighed = weigh_moves(conn, actor, [_move(w) for w in moves], today)
    found = {w.asked.id: _of_a_request(w, one, today) for w, one in zip(moves, weighed, strict=True)}
    creating = [w for w in wishes if w.s is None and w.asked.kind is not RequestKind.CORRECTION]
    titles = of_centres(conn, {w.asked.centre_id for w in creating})
    found |= {w.asked.id: _to_create(titles.get(w.asked.centre_id, {}), w, today) for w in creating}
    return found | {w.asked.id: _correction(actor, w, today) for w in wishes if w.asked.kind is RequestKind.CORRECTION}


def weigh_wanted(conn: Connection, actor: Actor, unit_label: str, page: Sequence[Asked], today: date) -> dict[int, Weighed]:
    """The same for a page of requests, on the dates that are wanted."""
    sessions = find_several(conn, actor, {a.session_id for a in page if a.session_id}, unit_label)
    wishes = [Wish(a, sessions.get(a.session_id or 0), a.wanted_start, a.wanted_end) for a in page]
    return weigh(conn, actor, wishes, today)


def with_way_on(refused: Refused, s: SessionRow | None, today: date) -> Refused:
    """The refusal of a move with what the unit can do about the request."""
    if s is not None and recall_helps(s, today):
        return refused
    return replace(refused, helper="Refusez la demande avec ce motif, ou attendez que le centre la retire.")


def _move(w: Wish) -> Move:
    assert w.s
    return Move(w.s, w.starts_on, w.ends_on, granted=w.asked.kind is RequestKind.EXPIRED)


def _of_a_request(w: Wish, weighed: Weighed, today: date) -> Weighed:
    if weighed.refused:
        return replace(weighed, refused=with_way_on(weighed.refused, w.s, today))
    if w.asked.kind is RequestKind.EXPIRED and (why := why_not_ask(w.asked.expiry, w.starts_on, today)):
        return replace(weighed, errors={"starts_on": why})
    return weighed


def _correction(actor: Actor, w: Wish, today: date) -> Weighed:
    if w.s is None:
        return Weighed()
    verdict = may(w.s.person(actor.role), Action.CORRECT_RESULTS, w.s.facts, today)
    if not isinstance(verdict, Refused):
        return Weighed()
    unlocking = may(w.s.person(actor.role), Action.UNLOCK, w.s.facts, today).ok
    return Weighed(verdict, first=STEP[Action.UNLOCK] if unlocking else None)


def _to_create(titles: Mapping[int, ApprovedTitle], w: Wish, today: date) -> Weighed:
    if wrong := end_first(w.starts_on, w.ends_on):
        return Weighed(errors=wrong)
    why = why_not_ask(w.asked.expiry, w.starts_on, today)
    known = titles.get(w.asked.title_id)
    held = may_start(known.approvals if known else [], w.starts_on, granted=True)
    doubts = span(("starts_on", w.starts_on), ("ends_on", w.ends_on), today, holiday)
    return Weighed(errors={"starts_on": why} if why else {}, breaks=without_approval(held, True), doubts=doubts)
