"""Sessions that the measure of 2020 has moved, one ready for each next step; a DTE that was recalled; a title in its prolongation."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import select

from portal.core.finding import find
from portal.demo import data
from portal.features.convening.actions import set_exam_days
from portal.features.preparation.actions import NewSession, create
from portal.features.sessions.actions import advance
from portal.rules.lifecycle import Action, Kind, Status
from portal.store.titles import title
from portal.store.work import Work

S = Status
MAY = (date(2020, 5, 18), date(2020, 5, 22))
READY, REQUESTED, UNDATED, DATED, CONVENED, AGAIN, RECALLED = range(224581, 224588)
SESSIONS = (
    (READY, *MAY, S.PREPARATION),  # candidates and jury are there: asks for its DTE
    (REQUESTED, *MAY, S.DTE_REQUESTED),  # waits for its DTE
    (UNDATED, *MAY, S.DTE_SENT),  # lacks its days of the exam
    (DATED, *MAY, S.DTE_SENT),  # has them: convenes
    (CONVENED, *MAY, S.CONVOKED),  # convened again: waits for its last day
    (AGAIN, *MAY, S.CONVOKED),  # has its days: to be convened again
    (RECALLED, date(2020, 7, 6), date(2020, 7, 8), S.DTE_SENT),  # not moved: its DTE was recalled
)
NUMBERS = tuple(row[0] for row in SESSIONS)
DAYS = {
    DATED: (date(2020, 7, 6), date(2020, 7, 8)),
    CONVENED: (date(2020, 7, 1), date(2020, 7, 3)),
    AGAIN: (date(2020, 7, 8), date(2020, 7, 10)),
}


def rows(siret: str) -> list[tuple[Any, ...]]:
    """The sessions as they are taken over: number, siret, title, kind, start, end, status."""
    return [(number, siret, "TP-01303", "titre", start, end, status) for number, start, end, status in SESSIONS]


def people(number: int) -> Iterator[tuple[Any, ...]]:
    """Three candidates of each."""
    for i in range(3):
        at = 3 * (number - READY) + i
        last, first = data.LAST[at % len(data.LAST)], data.FIRST[(at + i) % len(data.FIRST)]
        yield number, last, first, date(1985, 1, 1 + at), f"candidat{number}-{i + 1}@demo.example"


def go_on(at: Callable[..., Work], today: date) -> None:
    """What their people did after the measure."""
    centre, unit = at(today, "centre@demo.example", 8), at(today, "ud94@demo.example", 8)
    for number, (first, last) in DAYS.items():
        set_exam_days(centre, number, _version(centre, number), first=first, last=last, hour="08:30")
    advance(centre, CONVENED, _version(centre, CONVENED), Action.CONVOKE_AGAIN)
    reason = "Le sujet envoyé n’est pas celui du titre."
    advance(unit, RECALLED, _version(unit, RECALLED), Action.RECALL_DTE, reason)
    _in_prolongation(centre)


def _in_prolongation(centre: Work) -> None:
    """A session on a title past its expiry, within its prolongation: the agrément that ended with the title still holds."""
    with centre.db.reading() as conn:
        title_id = conn.execute(select(title.c.id).where(title.c.code == data.PROLONGED)).scalar_one()
    place, _, manager = data.WHERE
    create(centre, [NewSession(title_id, Kind.TITLE, date(2020, 7, 20), date(2020, 7, 22), place, manager)], "demonstration-p")


def _version(work: Work, number: int) -> int:
    with work.db.reading() as conn:
        return find(conn, work.actor, number, "UD").version
