"""What the pages about measures show: the runs there were."""

from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from portal.features.measures.actions import left_alone
from portal.features.measures.bound import KEYS, bound_by
from portal.store.audit import MEASURE_EVENTS, audit_event
from portal.store.measures import measure_line as line
from portal.store.measures import measure_run as run
from portal.store.personal import Shown, signed
from portal.store.places import department
from portal.store.sessions import exam_session as s

_later = run.alias("later")
# A run, with `reverted_by` when it was taken back.
_RUNS: Select[Any] = select(run, _later.c.id.label("reverted_by")).outerjoin(_later, _later.c.reverts_run_id == run.c.id)


def runs(conn: Connection) -> list[Shown]:
    """Every run, newest first."""
    return signed(conn, conn.execute(_RUNS.order_by(run.c.id.desc())).all())


def find_run(conn: Connection, run_id: int) -> Shown | None:
    return next(iter(signed(conn, conn.execute(_RUNS.where(run.c.id == run_id)).all())), None)


def counts_by_case(conn: Connection, run_id: int) -> list[Row[Any]]:
    query = select(line.c.case_name, func.count().label("number")).where(line.c.run_id == run_id)
    return list(conn.execute(query.group_by(line.c.case_name).order_by(line.c.case_name)))


def counts_by_department(conn: Connection, found: Shown) -> list[Row[Any]]:
    """Of the sessions that a run touched; of one taken over, which has no lines, those that it still holds."""
    query = (
        select(s.c.department_code, department.c.name, func.count().label("number"))
        .join_from(s, department, department.c.code == s.c.department_code)
        .group_by(s.c.department_code, department.c.name)
        .order_by(s.c.department_code)
    )
    if found.taken_over:
        return list(conn.execute(query.where(s.c.postponed_run_id == found.id)))
    return list(conn.execute(query.join(line, s.c.id == line.c.session_id).where(line.c.run_id == found.id)))


def bound(conn: Connection, run_id: int) -> tuple[int, str]:
    """The number of the audit event that binds the run, and the digest of its lines; (0, "") when there is none."""
    about = MEASURE_EVENTS  # said as in the partial index, which both databases then use
    fits = or_(*(audit_event.c.after.contains(f'"{keys[0]}":{run_id}{end}') for keys in KEYS for end in ",}"))
    for row in conn.execute(select(audit_event.c.id, audit_event.c.after).where(about, fits)):
        if (found := bound_by(row.after)).run == run_id:
            return row.id, found.digest
    return 0, ""


def not_restored(conn: Connection, found: Shown) -> list[int]:
    """Of a run that takes another back: the sessions that it left alone."""
    return left_alone(conn, found.reverts_run_id, found.id) if found.reverts_run_id else []
