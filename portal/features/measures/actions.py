"""Applying a measure and taking it back: a handful of statements whatever the number of sessions, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, and_, case, func, insert, literal, select, text, update

from portal.features.measures import plan as planning
from portal.features.measures.told import tell_of_revert, tell_of_run
from portal.rules.measures import Measure
from portal.store.base import Moment
from portal.store.database import STREAM
from portal.store.measures import measure_line as line
from portal.store.measures import measure_run as run
from portal.store.personal import Shown, in_json
from portal.store.sessions import exam_session as s
from portal.store.work import Work


@dataclass(frozen=True)
class Applied:
    run_id: int
    plan: planning.Plan


@dataclass(frozen=True)
class CountChanged:
    """Since the dry run, the measure or the number of sessions has changed: nothing was applied."""

    expected: int
    plan: planning.Plan


@dataclass(frozen=True)
class NothingToChange:
    """No session would change: no run was made."""

    plan: planning.Plan
    message: str = "Rien à appliquer : aucune session ne changerait. Aucune application n’a été enregistrée."


@dataclass(frozen=True)
class Reverted:
    run_id: int
    restored: int
    left_alone: Sequence[int]


@dataclass(frozen=True)
class CannotRevert:
    reason: str


@dataclass(frozen=True)
class OtherNumber:
    """The number that was typed is not that of the sessions that can be restored: nothing was changed."""

    restorable: int


def _covered(row: RowMapping) -> dict[str, Any]:
    """What the digest covers of a line: a run from before starts could be moved has none."""
    return {name: value for name, value in row.items() if not (name in ("start_before", "start_after") and value is None)}


class _TakeBack(Exception):
    """Leaves the transaction without keeping anything of it."""

    def __init__(self, answer: CountChanged) -> None:
        self.answer = answer


def apply(
    work: Work, measure: Measure, definition: str, expected: int | None = None, seen: str | None = None
) -> Applied | CountChanged | NothingToChange:
    """Apply the measure. `expected`: the number of sessions that the person read in the dry run and typed in; `seen`: that dry
    run's measure and counts (`Plan.fingerprint`), which must still be so."""
    try:
        with work.db.writing() as tx:
            return _apply(tx, work, measure, definition, expected, seen)
    except _TakeBack as out:
        return out.answer


def _apply(
    tx: Connection, work: Work, measure: Measure, definition: str, expected: int | None, seen: str | None
) -> Applied | NothingToChange:
    _one_at_a_time(tx, work)
    plan = planning.plan(tx, measure, work.on.today)
    if seen is not None and seen != plan.fingerprint:
        raise _TakeBack(CountChanged(plan.touched if expected is None else expected, plan))
    if not plan.touched and not expected:
        return NothingToChange(plan)
    run_id = new_run(tx, work, measure.key, measure.label, definition, plan.touched)
    code = planning.code_of(measure)
    names = case({code: reading.name for code, reading in planning.by_code(measure).items()}, value=code)
    columns: Mapping[str, Any] = {
        "run_id": literal(run_id),
        "session_id": s.c.id,
        "case_name": names,
        "status_before": s.c.status,
        "status_after": planning.status_after(measure, code),
        "end_before": s.c.ends_on,
        "end_after": planning.end_after(measure, code),
        "start_before": s.c.starts_on,
        "start_after": planning.start_after(measure, code),
        **_kept_for_taking_back(),
    }
    # FOR UPDATE: where a centre saves at this very moment, the line tells what stands once it has saved.
    source = select(*columns.values()).where(code.in_(planning.changing(measure))).with_for_update(of=s)
    tx.execute(insert(line).from_select(list(columns), source))
    touched = _lines(tx, run_id)
    if touched != plan.touched or (expected is not None and touched != expected):
        raise _TakeBack(CountChanged(plan.touched if expected is None else expected, plan))
    _carry_out(tx, work, run_id, measure.label)
    tell_of_run(tx, work, run_id, measure.label)
    _record(tx, work, "measure_applied", run_id, measure.key, cases={c.meaning.name: c.number for c in plan.changes})
    return Applied(run_id, plan)


def _carry_out(tx: Connection, work: Work, run_id: int, label: str) -> None:
    """The sessions become what the run's lines say."""
    moved = line.c.end_after != line.c.end_before
    cancelled = line.c.status_after != line.c.status_before
    tx.execute(
        update(s)
        .where(s.c.id == line.c.session_id, line.c.run_id == run_id)
        .values(
            starts_on=line.c.start_after,
            ends_on=line.c.end_after,
            status=line.c.status_after,
            status_at=case((cancelled, literal(work.on.now, Moment)), else_=s.c.status_at),
            status_by=case((cancelled, f"mesure « {label} »"), else_=s.c.status_by),
            postponed_run_id=case((moved, run_id), else_=s.c.postponed_run_id),
            postponed_case=case((moved, line.c.case_name), else_=s.c.postponed_case),
            planned_end_on=case((moved, func.coalesce(s.c.planned_end_on, line.c.end_before)), else_=s.c.planned_end_on),
            version=s.c.version + 1,
        )
    )


def revert(work: Work, run_id: int, expected: int | None = None) -> Reverted | CannotRevert | OtherNumber:
    """Take a run back. A session that somebody, or a later measure, changed since is left alone and listed. `expected`: the
    number of sessions that the person read and typed in."""
    with work.db.writing() as tx:
        _one_at_a_time(tx, work)
        old = tx.execute(select(run).where(run.c.id == run_id)).one_or_none()
        if old is None:
            return CannotRevert(f"L’application n° {run_id} n’existe pas.")
        if why := why_not_reverted(old):
            return CannotRevert(why)
        again = tx.execute(select(run.c.id).where(run.c.reverts_run_id == run_id)).scalar()
        if again:
            return CannotRevert(f"L’application n° {run_id} a déjà été annulée (n° {again}).")
        if expected is not None and (there := restorable(tx, run_id)[0]) != expected:
            return OtherNumber(there)
        new_id = new_run(tx, work, old.measure_key, old.label, old.definition, 0, reverts_run_id=run_id)
        restored = _put_back(tx, run_id, new_id)
        tx.execute(update(run).where(run.c.id == new_id).values(touched=restored))
        tell_of_revert(tx, work, old, new_id)
        _record(tx, work, "measure_reverted", new_id, old.measure_key, reverts=run_id)
        left = left_alone(tx, run_id, new_id)
        return Reverted(new_id, restored, left)


def _put_back(tx: Connection, run_id: int, new_id: int) -> int:
    """The sessions that nobody changed since the run become what they were: how many, with a line each under the new run."""
    was = line.alias("was")
    untouched = and_(was.c.run_id == run_id, s.c.id == was.c.session_id, s.c.version == was.c.version_after)
    columns: Mapping[str, Any] = {
        "run_id": literal(new_id),
        "session_id": s.c.id,
        "case_name": was.c.case_name,
        "status_before": s.c.status,
        "status_after": was.c.status_before,
        "end_before": s.c.ends_on,
        "end_after": was.c.end_before,
        "start_before": s.c.starts_on,
        "start_after": func.coalesce(was.c.start_before, s.c.starts_on),
        **_kept_for_taking_back(),
    }
    source = select(*columns.values()).join_from(s, was, untouched).with_for_update(of=s)
    tx.execute(insert(line).from_select(list(columns), source))
    tx.execute(
        update(s)
        .where(s.c.id == line.c.session_id, line.c.run_id == new_id, was.c.run_id == run_id, was.c.session_id == s.c.id)
        .values(
            starts_on=line.c.start_after,
            ends_on=was.c.end_before,
            status=was.c.status_before,
            status_at=was.c.status_at_before,
            status_by=was.c.status_by_before,
            postponed_run_id=was.c.postponed_run_before,
            postponed_case=was.c.postponed_case_before,
            planned_end_on=was.c.planned_end_before,
            version=s.c.version + 1,
        )
    )
    return _lines(tx, new_id)


def why_not_reverted(old: Row[Any] | Shown) -> str:
    """Why a run is never taken back, whatever happened since; empty when it may be."""
    if old.reverts_run_id:
        return f"Le n° {old.id} est lui-même une annulation : appliquez de nouveau la mesure si besoin."
    if old.taken_over:
        return f"Le n° {old.id} est une reprise : la mesure avait déplacé ces sessions ailleurs, il n’y a rien à annuler ici."
    return ""


def restorable(conn: Connection, run_id: int) -> tuple[int, list[int]]:
    """How many sessions of a run taking it back would restore, and the first hundred that somebody changed since."""
    changed = s.c.version != line.c.version_after
    joined = select(line.c.session_id).join(s, s.c.id == line.c.session_id).where(line.c.run_id == run_id)
    count = conn.execute(select(func.count()).select_from(joined.where(~changed).subquery())).scalar_one()
    return int(count), list(conn.execute(joined.where(changed).order_by(line.c.session_id).limit(100)).scalars())


def left_alone(conn: Connection, run_id: int, reverting_run_id: int) -> list[int]:
    """The sessions of a run that its taking back did not restore."""
    restored = select(line.c.session_id).where(line.c.run_id == reverting_run_id)
    query = select(line.c.session_id).where(line.c.run_id == run_id, line.c.session_id.not_in(restored))
    return list(conn.execute(query.order_by(line.c.session_id)).scalars())


def _lines(tx: Connection, run_id: int) -> int:
    return int(tx.execute(select(func.count()).where(line.c.run_id == run_id)).scalar_one())


def _kept_for_taking_back() -> dict[str, Any]:
    return {
        "status_at_before": s.c.status_at,
        "status_by_before": s.c.status_by,
        "postponed_run_before": s.c.postponed_run_id,
        "postponed_case_before": s.c.postponed_case,
        "planned_end_before": s.c.planned_end_on,
        "version_after": s.c.version + 1,
    }


def _one_at_a_time(tx: Connection, work: Work) -> None:
    """Two measures never run at once (SQLite has one writer anyway)."""
    if not work.db.is_sqlite:
        tx.execute(text("LOCK TABLE measure_run IN SHARE ROW EXCLUSIVE MODE"))


def new_run(tx: Connection, work: Work, key: str, label: str, definition: str, touched: int, **more: Any) -> int:
    """A run of the measure of this key; `more`: columns that another kind of run has besides. Its number."""
    values = {
        "measure_key": key,
        "label": label,
        "definition": definition,
        "at": work.on.now,
        "actor": work.actor.signature,
        "touched": touched,
        **more,
    }
    return int(tx.execute(insert(run).values(values).returning(run.c.id)).scalar_one())


def _record(tx: Connection, work: Work, event: str, run_id: int, key: str, **more: Any) -> None:
    number, digest = digest_of_lines(tx, run_id)
    of = tx.execute(select(run.c.label, run.c.definition).where(run.c.id == run_id)).one()
    told = {"label": of.label, "definition": sha256(of.definition.encode()).hexdigest()}
    after = {"measure": key, "run": run_id, "lines": number, "digest": digest, **told, **more}
    work.record(tx, event, subject=f"measure {key}", after=after)


def digest_of_lines(conn: Connection, run_id: int) -> tuple[int, str]:
    """How many lines a run has, and a digest over all of them in order of session, computed as a stream."""
    digest, number = sha256(), 0
    rows = conn.execute(select(line).where(line.c.run_id == run_id).order_by(line.c.session_id), execution_options=STREAM)
    for row in rows:
        digest.update(in_json(_covered(row._mapping)).encode())
        digest.update(b"\n")
        number += 1
    return number, digest.hexdigest()
