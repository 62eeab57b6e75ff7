"""Whom a measure tells: each person of a centre whose sessions it touched, once, when it is applied and when that is taken back."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, func, select

from portal.clock import PARIS
from portal.core.telling import Message, tell_each
from portal.rules.french import day, plural
from portal.store.accounts import account
from portal.store.measures import measure_line as line
from portal.store.sessions import exam_session as s
from portal.store.work import Work


def tell_of_run(tx: Connection, work: Work, run_id: int, label: str) -> None:
    """One notice, and one e-mail, to each person of a centre that the run touched, however many sessions."""
    cancelled = func.count().filter(line.c.status_after != line.c.status_before)
    moved = func.count().filter(line.c.end_after != line.c.end_before)
    people = _people(tx, run_id, moved, cancelled)
    tell_each(tx, work.on.now, [(p.id, p.mailing, _applied(label, p.first, p.second)) for p in people])


def _applied(label: str, moved: int, cancelled: int) -> Message:
    parts = [plural(moved, "session reportée", "sessions reportées")] if moved else []
    parts += [plural(cancelled, "session annulée", "sessions annulées")] if cancelled else []
    body = f"La mesure « {label} » a changé des sessions de votre centre : {', '.join(parts)}."
    if moved:
        body += " Saisissez la date réelle de fin de chaque session reportée avant ses résultats."
    return Message(f"Mesure « {label} » : {', '.join(parts)}", body, "/sessions?vue=reportees")


def tell_of_revert(tx: Connection, work: Work, old: Row[Any], new_id: int) -> None:
    """Whoever applying told is told of the taking back, also where nothing of the centre could be restored."""
    back = line.alias("back")
    is_back = exists().where(back.c.run_id == new_id, back.c.session_id == line.c.session_id)
    people = _people(tx, old.id, func.count().filter(is_back), func.count().filter(~is_back))
    tell_each(tx, work.on.now, [(p.id, p.mailing, _taken_back(old, p.first, p.second)) for p in people])


def counted_back(restored: int, left: int) -> str:
    """How many sessions have their dates again, and how many were left as they are; what is none is not said."""
    parts = [plural(restored, "session rétablie", "sessions rétablies")] if restored else []
    parts += [plural(left, "session laissée telle quelle", "sessions laissées telles quelles")] if left else []
    return ", ".join(parts)


def _taken_back(old: Row[Any], restored: int, left: int) -> Message:
    counted = counted_back(restored, left)
    body = f"L’application de la mesure « {old.label} » du {day(old.at.astimezone(PARIS).date())} est annulée : {counted}."
    if restored:
        body += " Une session rétablie a retrouvé ses dates et son statut d’avant la mesure."
    if left:
        body += " Une session modifiée depuis la mesure reste comme elle est."
    return Message(f"Mesure « {old.label} » annulée : {counted}", body, "/sessions")


def _people(tx: Connection, run_id: int, first: ColumnElement[int], second: ColumnElement[int]) -> list[Row[Any]]:
    """The accounts of the centres of a run's sessions, each with the two counts of its centre."""
    touched = (
        select(s.c.centre_id, first.label("first"), second.label("second"))
        .join(line, line.c.session_id == s.c.id)
        .where(line.c.run_id == run_id)
        .group_by(s.c.centre_id)
        .subquery()
    )
    people = select(account.c.id, account.c.mailing, touched.c.first, touched.c.second).join(
        touched, touched.c.centre_id == account.c.centre_id
    )
    return list(tx.execute(people.where(account.c.closed_at.is_(None)).order_by(account.c.id)))
