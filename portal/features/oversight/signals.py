"""Signals computed by plain SQL over the sessions that began in the last twelve months, told with their reason and figures."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from portal.clock import PARIS
from portal.features.oversight import exam
from portal.features.oversight.rates import far_rates
from portal.features.oversight.seen import Search, Seen, base, how_many, of_sessions
from portal.rules.duties import Duty
from portal.rules.facts import LOCKDOWN
from portal.rules.french import day, plural
from portal.rules.lifecycle import Status
from portal.rules.names import full_name
from portal.rules.signals import CORRECTIONS, HASTY_MINUTES, NOTICE_DAYS, PAIR_SESSIONS, Signal
from portal.store.actors import Actor
from portal.store.audit import audit_event
from portal.store.batches import batches
from portal.store.conditions import ended_in_lockdown, first_day, known_start
from portal.store.days import later
from portal.store.jury import jury_member, session_jury
from portal.store.moments import begins, minutes_after
from portal.store.oversight import signal_note
from portal.store.personal import Shown, signed
from portal.store.scope import visible_to, within
from portal.store.sessions import exam_session as s

LOOKED_BACK = timedelta(days=365)
MOST_NOTES = 50


def sees(actor: Actor) -> bool:
    """Signals are for those who supervise: a centre sees none, not even its own."""
    return actor.may(Duty.SUPERVISE)


def signals(conn: Connection, actor: Actor, today: date, kind: Signal | None = None, department: str = "") -> list[Seen]:
    """The signals of what this person supervises, closed or not, of one department or all. One query a kind, two for rates, three
    for pairs."""
    if not sees(actor):
        return []
    found: list[Seen] = []
    scope = and_(visible_to(actor), _recent(today), *([s.c.department_code == department] if department else []))
    for known in Signal:
        if kind not in (None, known):
            continue
        if known is Signal.RATE:
            found += _rates(conn, actor, today, department)
        else:
            found += _BY_KIND[known](conn, scope, today)
    return found


def _rates(conn: Connection, actor: Actor, today: date, department: str) -> list[Seen]:
    rates = far_rates(conn, actor, today - LOOKED_BACK, today, department)
    return [
        Seen(
            Signal.RATE,
            f"centre {r.centre_id} titre {r.title_id}",
            r.department_code,
            f"{r.code} · {r.name}",
            figures,
            beside=beside,
        )
        for r, figures, beside in rates
    ]


def _recent(today: date) -> ColumnElement[bool]:
    """Sessions that began since; of one that a measure moved, its exam: what was left behind is no beginning. Told apart, so that
    an index answers each."""
    moved, since = s.c.postponed_run_id.is_not(None), today - LOOKED_BACK
    return or_(and_(~moved, s.c.starts_on >= since), and_(moved, known_start >= since))


def _day(at: datetime) -> str:
    """The day of a moment, in Paris."""
    return day(at.astimezone(PARIS).date())


# ---- of one session


def _end_is_start(conn: Connection, scope: ColumnElement[bool], today: date) -> list[Seen]:
    query = base(s.c.actual_end_on, s.c.ends_on).where(
        scope, s.c.postponed_run_id.is_not(None), s.c.actual_end_on == s.c.starts_on, s.c.planned_end_on > s.c.starts_on
    )
    words = lambda r: f"Fin réelle le {day(r.actual_end_on)}, jour du début, pour une session prévue sur plusieurs jours."  # noqa: E731
    return of_sessions(conn, Signal.END_IS_START, query, words)


def _end_is_postponed(conn: Connection, scope: ColumnElement[bool], today: date) -> list[Seen]:
    query = base(s.c.actual_end_on).where(scope, s.c.postponed_run_id.is_not(None), s.c.actual_end_on == s.c.ends_on)
    words = lambda r: f"Fin réelle le {day(r.actual_end_on)}, exactement la date fixée par la mesure."  # noqa: E731
    return of_sessions(conn, Signal.END_IS_POSTPONED, query, words)


def _in_lockdown(conn: Connection, scope: ColumnElement[bool], today: date) -> list[Seen]:
    """The unit that ticks the date off on the session closes the signal with it."""
    query = base(s.c.actual_end_on).where(scope, s.c.postponed_run_id.is_not(None), ended_in_lockdown, ~s.c.actual_end_checked)
    closed = f"pendant le confinement (du {day(LOCKDOWN[0])} au {day(LOCKDOWN[1])})"
    return of_sessions(conn, Signal.IN_LOCKDOWN, query, lambda r: f"Fin réelle le {day(r.actual_end_on)}, {closed}.")


_saved = audit_event.alias("saved")
_ended = audit_event.alias("ended")


def _early(conn: Connection, scope: ColumnElement[bool], today: date) -> list[Seen]:
    last = func.coalesce(s.c.actual_end_on, s.c.ends_on)
    query = (
        base(last.label("last"), _saved.c.at)
        .join(_saved, and_(_saved.c.session_id == s.c.id, _saved.c.action == "results_saved"))
        .where(scope, _saved.c.at < begins(last))
    )
    words = lambda r: f"Résultats enregistrés le {_day(r.at)} ; dernier jour d’examen le {day(r.last)}."  # noqa: E731
    return of_sessions(conn, Signal.EARLY, query, words)


def _hasty(conn: Connection, scope: ColumnElement[bool], today: date) -> list[Seen]:
    ended = select(func.max(_ended.c.at)).where(_ended.c.session_id == s.c.id, _ended.c.action == "actual_end").scalar_subquery()
    query = (
        base(_saved.c.at, ended.label("ended"))
        .join(_saved, and_(_saved.c.session_id == s.c.id, _saved.c.action == "results_saved"))
        .where(scope, s.c.postponed_run_id.is_not(None), _saved.c.at >= ended, _saved.c.at < minutes_after(ended, HASTY_MINUTES))
    )
    words = lambda r: (  # noqa: E731
        f"Date réelle saisie et résultats enregistrés en moins de {HASTY_MINUTES} minutes, le {_day(r.at)}."
    )
    return of_sessions(conn, Signal.HASTY, query, words)


def _corrections(conn: Connection, scope: ColumnElement[bool], today: date) -> list[Seen]:
    made = how_many(audit_event.c.session_id, audit_event.c.action == "results_corrected")
    query = base(made.label("made")).where(
        scope, s.c.status.in_([Status.RESULTS.value, Status.LOCKED.value]), made >= CORRECTIONS
    )
    words = lambda r: f"{plural(r.made, 'correction', 'corrections')} de ses résultats après leur enregistrement."  # noqa: E731
    return of_sessions(conn, Signal.CORRECTIONS, query, words)


_sent = audit_event.alias("sent")


def _late(conn: Connection, scope: ColumnElement[bool], today: date) -> list[Seen]:
    """The last time that candidates were convened, and the first day of the exam: of a moved session, the one that was stated."""
    convened = _sent.c.action.in_(["convoke", "convoke_again"])
    sent = select(func.max(_sent.c.at)).where(_sent.c.session_id == s.c.id, convened).scalar_subquery()
    query = base(sent.label("at"), first_day.label("first")).where(
        scope, minutes_after(sent, NOTICE_DAYS * 24 * 60) >= begins(later(first_day, 1))
    )
    words = lambda r: f"Convocations envoyées le {_day(r.at)} pour un début le {day(r.first)} : moins de {NOTICE_DAYS} jours."  # noqa: E731
    return of_sessions(conn, Signal.LATE, query, words)


# ---- of several sessions


_one, _two = session_jury.alias("one"), session_jury.alias("two")


def _pairs(conn: Connection, scope: ColumnElement[bool], today: date) -> list[Seen]:
    sat = (
        select(_one.c.member_id.label("first"), _two.c.member_id.label("second"), s.c.department_code)
        .join(_two, and_(_two.c.session_id == _one.c.session_id, _two.c.member_id > _one.c.member_id))
        .join(s, s.c.id == _one.c.session_id)
        .where(_one.c.session_id.in_(select(s.c.id).where(scope, s.c.status != Status.CANCELLED.value)))
    )
    together = (
        sat.add_columns(func.count().label("times"))
        .group_by(_one.c.member_id, _two.c.member_id, s.c.department_code)
        .having(func.count() >= PAIR_SESSIONS)
        .order_by(_one.c.member_id, _two.c.member_id)
    )
    rows = conn.execute(together).all()
    ids = {r.first for r in rows} | {r.second for r in rows}
    people = select(jury_member.c.id, jury_member.c.last_name, jury_member.c.first_name).where(jury_member.c.id.in_(ids))
    names = {r.id: full_name(r.last_name, r.first_name) for r in conn.execute(people)} if ids else {}
    on: dict[tuple[int, int, str], list[int]] = defaultdict(list)
    theirs = (
        sat.add_columns(s.c.id).where(_one.c.member_id.in_(ids), _two.c.member_id.in_(ids)).order_by(func.coalesce(s.c.id, 0))
    )
    for first, second, code, number in conn.execute(theirs) if ids else ():
        on[first, second, code].append(number)
    return [
        Seen(
            Signal.PAIR,
            f"jury {r.first} et {r.second} en {r.department_code}",
            r.department_code,
            f"{names[r.first]} et {names[r.second]}",
            f"Ensemble au jury de {plural(r.times, 'session')} en douze mois.",
            tuple(on[r.first, r.second, r.department_code]),
        )
        for r in rows
    ]


_BY_KIND: dict[Signal, Search] = {
    Signal.END_IS_START: _end_is_start,
    Signal.END_IS_POSTPONED: _end_is_postponed,
    Signal.IN_LOCKDOWN: _in_lockdown,
    Signal.EARLY: _early,
    Signal.HASTY: _hasty,
    Signal.PAIR: _pairs,
    Signal.CORRECTIONS: _corrections,
    Signal.LATE: _late,
    **exam.BY_KIND,
}


# ---- those that are closed


def notes(conn: Connection, actor: Actor, department: str) -> Sequence[Shown]:
    """The notes with which the signals of a department were closed, newest first, fifty at most."""
    query = select(signal_note).where(within(actor, signal_note.c.department_code), signal_note.c.department_code == department)
    return signed(conn, conn.execute(query.order_by(signal_note.c.id.desc()).limit(MOST_NOTES)).all())


def still_open(conn: Connection, actor: Actor, seen: Sequence[Seen]) -> Iterator[Seen]:
    """Those that nobody has closed with the figures that they have now."""
    closed = select(signal_note.c.kind, signal_note.c.about, signal_note.c.figures)
    known: set[tuple[str, str, str]] = set()
    for some in batches(sorted({one.about for one in seen}), 500):
        where = signal_note.c.kind.in_([kind.value for kind in Signal]), signal_note.c.about.in_(some)
        known |= {tuple(row) for row in conn.execute(closed.where(within(actor, signal_note.c.department_code), *where))}
    return (one for one in seen if (one.kind.value, one.about, one.figures) not in known)
