"""What the day's page counts: each number is the length of the list behind its link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from portal.features.postponements.weighing import Weighed
from portal.features.requests.consequences import weigh_wanted
from portal.features.requests.queries import Asked, page
from portal.features.requests.queries import counts as request_counts
from portal.features.sessions import counting, listing, views
from portal.rules.duties import Duty
from portal.rules.limits import Limits
from portal.rules.todo import TABLE
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


def due(conn: Connection, actor: Actor, today: date, limits: Limits) -> Sequence[Row[Any]]:
    """The first sessions that this person must act on, in order of their date."""
    filters = listing.Filters(view=views.TODO.key, sort="debut" if actor.may(Duty.COMPARE_CENTRES) else "fin", ascending=True)
    return listing.page(conn, actor, filters, listing.whole(actor), today, limits).rows[:FIRST]


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
