"""A signal, and how those of one session are found and told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, Select, func, select

from portal.rules.signals import Signal
from portal.store.places import centre
from portal.store.sessions import exam_session as s
from portal.store.titles import title


@dataclass(frozen=True)
class Seen:
    """One signal. `about` names what it is about, `figures` what it says: together they are its identity. `beside` is what
    it is compared with, which changes from day to day."""

    kind: Signal
    about: str
    department_code: str
    what: str
    figures: str
    numbers: tuple[int, ...] = ()
    beside: str = ""


# The signals of one kind, among the sessions of a scope, today.
Search = Callable[[Connection, ColumnElement[bool], date], list[Seen]]


def base(*columns: ColumnElement[Any]) -> Select[Any]:
    """The sessions, with these columns beside what names them."""
    return (
        select(s.c.id, s.c.department_code, centre.c.name, title.c.code, *columns)
        .join_from(s, centre, centre.c.id == s.c.centre_id)
        .join(title, title.c.id == s.c.title_id)
    )


def how_many(session_id: ColumnElement[int], *where: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many rows of another table a session has; `session_id`: their column that names it."""
    return select(func.count()).where(session_id == s.c.id, *where).correlate(s).scalar_subquery()


def of_sessions(conn: Connection, kind: Signal, query: Select[Any], words: Callable[[Row[Any]], str]) -> list[Seen]:
    """A signal for each session that the query finds, told in these words."""
    rows = conn.execute(query.order_by(func.coalesce(s.c.id, 0)))  # sorted once found: not walked through in this order
    return [Seen(kind, f"session {r.id}", r.department_code, f"{r.code} · {r.name}", words(r), (r.id,)) for r in rows]
