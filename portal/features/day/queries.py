"""What the day's page counts: each number is the length of the list behind its link."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from portal.features.postponements.weighing import Weighed
from portal.features.requests.consequences import weigh_wanted
from portal.features.requests.queries import Asked, page
from portal.features.requests.queries import counts as request_counts
from portal.features.sessions import counting, listing, views
from portal.rules import minutes
from portal.rules.duties import Duty
from portal.rules.lifecycle import Status
from portal.rules.limits import Limits, limit_of
from portal.rules.todo import DEPOSIT, TABLE
from portal.store.actors import Actor
from portal.store.measures import measure_run

FIRST = 10


@dataclass(frozen=True)
class Counted:
    """A number of the day and the view of the list behind it; of a step its words, as the rule says them, for one and for many."""

    number: int
    view: str
    step: tuple[str, str] | None = None


def counted(conn: Connection, actor: Actor, today: date, limits: Limits) -> list[Counted]:
    """The sessions that wait, by step, and those that are late. One query."""
    steps = {step.key: step.tile for step in TABLE[actor.role] if step.tile}
    shown = [*(views.View(views.STEP + key, "") for key in steps), views.LATE]
    counts = counting.counts(conn, actor, listing.whole(actor), today, limits, shown)
    found = [Counted(counts[views.STEP + key], views.STEP + key, words) for key, words in steps.items()]
    return [*found, Counted(counts[views.LATE.key], views.LATE.key)]


VOLUMES = (views.ALL, views.POSTPONED, views.NO_ACTUAL_END, views.TO_LOCK, views.LATE)


def volumes(conn: Connection, actor: Actor, today: date, limits: Limits) -> list[Counted]:
    """What a region or the nation counts, bounded as the list bounds it. One query."""
    counts = counting.counts(conn, actor, listing.whole(actor), today, limits, views.VIEWS[actor.role])
    return [Counted(counts[view.key], view.key) for view in VOLUMES]


@dataclass(frozen=True)
class Due:
    """A session to act on; `limit`: the last day on which that is in time, if it has one."""

    row: Row[Any]
    limit: date | None

    @property
    def late_since(self) -> date:
        """The first day of its lateness, once there is one."""
        assert self.limit
        return self.limit + timedelta(days=1)


def due(conn: Connection, actor: Actor, today: date, limits: Limits) -> list[Due]:
    """The first sessions that this person must act on: what is due today, then real end dates, which hold up all that follows,
    then the others in order of their date."""
    whole, todo = listing.whole(actor), listing.Filters(view=views.TODO.key, sort="fin", ascending=True)
    if actor.may(Duty.COMPARE_CENTRES):
        todo = replace(todo, sort="debut")
    found: dict[int, Due] = {}
    for view in (views.PRESSING.key, views.TODO.key):
        rows = listing.page(conn, actor, replace(todo, view=view), whole, today, limits).rows
        waiting = [Due(row, _limit(row, limits)) for row in rows]
        if view == views.PRESSING.key:
            waiting.sort(key=lambda one: one.limit != today)
        for one in waiting:
            found.setdefault(one.row.number, one)
    return list(found.values())[:FIRST]


def _limit(row: Row[Any], limits: Limits) -> date | None:
    if row.step == DEPOSIT.key:
        return minutes.due_on(row.actual_end_on or row.ends_on)
    return limit_of(Status(row.status), row.first_day, limits)


@dataclass(frozen=True)
class Waiting:
    """A request with what the rule says today of accepting it as it is asked."""

    asked: Asked
    weighed: Weighed


def waiting(conn: Connection, actor: Actor, unit_label: str, today: date) -> list[Waiting]:
    """The oldest requests that wait for this unit."""
    oldest = page(conn, actor, "ouvertes")[0][:FIRST]
    weighed = weigh_wanted(conn, actor, unit_label, oldest, today)
    return [Waiting(asked, weighed[asked.id]) for asked in oldest]


def requests(conn: Connection, actor: Actor) -> int:
    return request_counts(conn, actor)["ouvertes"]


def runs(conn: Connection) -> list[Row[Any]]:
    """The last runs of measures."""
    r = measure_run.c
    columns = (r.id, r.label, r.at, r.touched, r.reverts_run_id, r.taken_over)
    return list(conn.execute(select(*columns).order_by(r.id.desc()).limit(5)))
