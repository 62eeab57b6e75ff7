"""Signals computed by plain SQL over the sessions that began in the last twelve months, told with their reason and figures."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from portal.clock import PARIS
from portal.features.oversight import exam
from portal.features.oversight.seen import Search, Seen, base, of_sessions
from portal.rules.duties import Duty
from portal.rules.facts import LOCKDOWN
from portal.rules.french import day, plural
from portal.rules.lifecycle import Kind, Status
from portal.rules.names import full_name
from portal.rules.outcomes import Outcome
from portal.rules.signals import CORRECTIONS, HASTY_MINUTES, LEAST_EXAMINED, NOTICE_DAYS, PAIR_SESSIONS, Signal, far, wilson
from portal.store.actors import Actor
from portal.store.audit import audit_event
from portal.store.candidates import result
from portal.store.conditions import ended_in_lockdown, first_day, known_start
from portal.store.days import later
from portal.store.jury import jury_member, session_jury
from portal.store.moments import begins, minutes_after
from portal.store.oversight import signal_note
from portal.store.personal import Shown, signed
from portal.store.places import centre
from portal.store.scope import visible_to, within
from portal.store.sessions import exam_session as s
from portal.store.titles import title

LOOKED_BACK = timedelta(days=365)


def sees(actor: Actor) -> bool:
    """Signals are for those who supervise: a centre sees none, not even its own."""
    return actor.may(Duty.SUPERVISE)


def signals(conn: Connection, actor: Actor, today: date, kind: Signal | None = None) -> list[Seen]:
    """The signals of what this person supervises, closed or not. One query a kind, two for rates, three for pairs."""
    if not sees(actor):
        return []
    found: list[Seen] = []
    for known in Signal:
        if kind in (None, known):
            found += _BY_KIND[known](conn, and_(visible_to(actor), _recent(today)), today)
    return found


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
    made = (
        select(func.count())
        .where(audit_event.c.session_id == s.c.id, audit_event.c.action == "results_corrected")
        .correlate(s)
        .scalar_subquery()
    )
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


def _rates(conn: Connection, scope: ColumnElement[bool], today: date) -> list[Seen]:
    """Titre sessions with definitive results: who obtained the titre, among those who came."""
    examined = func.count().filter(result.c.outcome != Outcome.ABSENT.value)
    obtained = func.count().filter(result.c.outcome == Outcome.TITLE.value)
    where = (
        s.c.kind == Kind.TITLE.value,
        s.c.status.in_([Status.RESULTS.value, Status.LOCKED.value]),
        result.c.certificate_id.is_(None),
        result.c.definitive,
    )
    joined = select(s.c.title_id, examined.label("examined"), obtained.label("obtained")).join_from(
        s, result, result.c.session_id == s.c.id
    )
    nation = {r.title_id: r for r in conn.execute(joined.where(_recent(today), *where).group_by(s.c.title_id))}
    mine = (
        joined.add_columns(s.c.centre_id, s.c.department_code, centre.c.name, title.c.code)
        .join(centre, centre.c.id == s.c.centre_id)
        .join(title, title.c.id == s.c.title_id)
        .where(scope, *where)
        .group_by(s.c.title_id, s.c.centre_id, s.c.department_code, centre.c.name, title.c.code)
        .having(examined >= LEAST_EXAMINED)
        .order_by(s.c.centre_id, s.c.title_id)
    )
    return [seen for r in conn.execute(mine) if (seen := _far_rate(r, nation[r.title_id]))]


def _far_rate(r: Row[Any], nation: Row[Any]) -> Seen | None:
    """A centre's rate on one title beside the nation's, where they differ by more than the centre's size explains."""
    rate = nation.obtained / nation.examined
    if not far(r.obtained, r.examined, rate):
        return None
    span = wilson(r.obtained, r.examined)
    figures = (
        f"{r.obtained} titres obtenus sur {r.examined} candidats présents, soit {_percent(r.obtained / r.examined)} "
        f"(intervalle de Wilson à 95 % : {_percent(span.low)} à {_percent(span.high)})."
    )
    beside = f"Taux national de ce titre : {_percent(rate)} sur {nation.examined}."
    about = f"centre {r.centre_id} titre {r.title_id}"
    return Seen(Signal.RATE, about, r.department_code, f"{r.code} · {r.name}", figures, beside=beside)


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %".replace(".", ",")


_one, _two = session_jury.alias("one"), session_jury.alias("two")


def _pairs(conn: Connection, scope: ColumnElement[bool], today: date) -> list[Seen]:
    sat = (
        select(_one.c.member_id.label("first"), _two.c.member_id.label("second"), s.c.department_code)
        .join(_two, and_(_two.c.session_id == _one.c.session_id, _two.c.member_id > _one.c.member_id))
        .join(s, s.c.id == _one.c.session_id)
        .where(scope, s.c.status != Status.CANCELLED.value)
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
    theirs = sat.add_columns(s.c.id).where(_one.c.member_id.in_(ids), _two.c.member_id.in_(ids)).order_by(s.c.id)
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
    Signal.RATE: _rates,
    Signal.PAIR: _pairs,
    Signal.CORRECTIONS: _corrections,
    Signal.LATE: _late,
    **exam.BY_KIND,
}


# ---- those that are closed


def notes(conn: Connection, actor: Actor) -> Sequence[Shown]:
    """The notes with which signals were closed, newest first."""
    query = select(signal_note).where(within(actor, signal_note.c.department_code))
    return signed(conn, conn.execute(query.order_by(signal_note.c.id.desc()).limit(200)).all())


def still_open(conn: Connection, actor: Actor, seen: Sequence[Seen]) -> Iterator[Seen]:
    """Those that nobody has closed with the figures that they have now."""
    closed = select(signal_note.c.kind, signal_note.c.about, signal_note.c.figures)
    known = {tuple(row) for row in conn.execute(closed.where(within(actor, signal_note.c.department_code)))}
    return (one for one in seen if (one.kind.value, one.about, one.figures) not in known)
