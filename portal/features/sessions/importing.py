"""Taking sessions over from a CSV: what exists elsewhere comes in as it is; no right is applied, no approval asked for."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, select

from portal.core.imports import TAKEN_OVER, Imported, Progress
from portal.core.numbers import next_number
from portal.features.sessions import moved
from portal.files.errors import BadCell, Errors
from portal.files.found import Found
from portal.files.parsers import code_of, day_of, day_or_none, number_of, siret_of
from portal.files.reading import Line, read
from portal.rules.lifecycle import Kind, Status
from portal.rules.measures import Measure
from portal.store.audit import Event
from portal.store.batches import batches
from portal.store.places import centre
from portal.store.sessions import exam_session
from portal.store.titles import title
from portal.store.work import Work

# Whose candidates were convened where they come from.
CONVENED = (Status.CONVOKED, Status.RESULTS, Status.LOCKED)
REQUIRED = ("id", "siret", "title", "kind", "starts_on", "ends_on", "status", "actual_end_on")
COLUMNS = (*REQUIRED, *moved.COLUMNS)  # the last two may both be left out

POSTPONED = ("postponed_run_id", "postponed_case")
TOLD = ("centre_id", "title_id", "convocation", "actual_end_checked", "kind", "starts_on", "ends_on", "status", "actual_end_on")


def kind_of(cell: str) -> Kind:
    try:
        return Kind(cell)
    except ValueError:
        raise BadCell(f"« {cell} » n’est pas un type de session ({', '.join(Kind)})") from None


def status_of(cell: str) -> Status:
    try:
        return Status(cell)
    except ValueError:
        raise BadCell(f"« {cell} » n’est pas un statut ({', '.join(Status)})") from None


def import_sessions(work: Work, data: bytes | Found, progress: Progress = iter, key: str = "") -> Imported:
    """All or nothing. Raises BadFile with every error on its line; then nothing is written. `key`: of the form that brings the
    file: sent twice, it is taken over once."""
    lines = read(data, REQUIRED, together=moved.COLUMNS)
    errors = Errors()
    with work.db.writing() as tx:
        if key and _brought(tx, work, key):
            return Imported(again=True)
        there = moved.measures(tx)
        rows = _rows(tx, work, lines, there, errors)
        errors.stop_if_any()
        following = max(next_number(tx, work), max((row["id"] or 0 for row in rows), default=0) + 1)
        for row in rows:
            if row["id"] is None:
                row["id"], following = following, following + 1
        if key and rows:
            rows[0]["creation_key"] = work.form_key("taken over", key)
        keys = Counter(row["postponed_by"] for row in rows if row["postponed_by"])
        runs = {key: moved.run_of(tx, work, key, there, number) for key, number in sorted(keys.items())}
        for some in progress(list(batches(rows))):
            _insert(tx, work, some, runs)
    return Imported(len(rows), notes=lines.notes, fresh=[line.number for line in lines])


def _brought(tx: Connection, work: Work, key: str) -> bool:
    """Whether the file of this form is taken over already: its first session bears its key."""
    made = select(exam_session.c.id).where(exam_session.c.creation_key == work.form_key("taken over", key))
    return tx.execute(made).first() is not None


class _Line(NamedTuple):
    """The cells of one line, parsed; None where a cell is wrong, which is noted, or empty."""

    number: int | None
    siret: str | None
    code: str | None
    kind: Kind | None
    start: date | None
    end: date | None
    status: Status | None
    actual: date | None


def _line(line: Line, errors: Errors) -> _Line:
    found = _Line(
        line.get("id", number_of, errors),
        line.get("siret", siret_of, errors),
        line.get("title", code_of, errors),
        line.get("kind", kind_of, errors),
        line.get("starts_on", day_of, errors),
        line.get("ends_on", day_of, errors),
        line.get("status", status_of, errors),
        line.get("actual_end_on", day_or_none, errors),
    )
    if found.start and found.end and found.end < found.start:
        errors.add(line.number, "ends_on : la date de fin précède la date de début")
    if found.start and found.actual and found.actual < found.start:
        errors.add(line.number, "actual_end_on : la date réelle de fin précède la date de début")
    return found


def _rows(
    tx: Connection, work: Work, lines: Iterable[Line], there: Mapping[str, tuple[Measure, str]], errors: Errors
) -> list[dict[str, Any]]:
    """The rows of the file; what is wrong of them is noted on its line."""
    centres = {r.siret: r for r in tx.execute(select(centre.c.siret, centre.c.id, centre.c.department_code))}
    titles = {r.code: r.id for r in tx.execute(select(title.c.code, title.c.id))}
    taken = set(tx.execute(select(exam_session.c.id)).scalars())
    seen: dict[int, int] = {}
    rows: list[dict[str, Any]] = []
    for line in lines:
        cells = _line(line, errors)
        number = cells.number
        if number in taken:
            errors.add(line.number, f"id : la session {number} existe déjà")
        if number is not None and seen.setdefault(number, line.number) != line.number:
            errors.add(line.number, f"id : la session {number} est déjà à la ligne {seen[number]}")
        if cells.siret and cells.siret not in centres:
            errors.add(line.number, f"siret : aucun centre n’a le SIRET {cells.siret}")
        if cells.code and cells.code not in titles:
            errors.add(line.number, f"title : le titre « {cells.code} » est inconnu")
        before = moved.moved_of(line, cells.start, cells.end, there, errors)
        if not errors.found:
            assert cells.siret and cells.code
            rows.append(_row(work, cells, centres[cells.siret], titles[cells.code], before))
    return rows


def _row(work: Work, cells: _Line, own: Row[str, int, str], title_id: int, before: moved.Moved | None) -> dict[str, Any]:
    """The columns of a line without an error, and the key of the measure that moved the session elsewhere."""
    assert cells.kind and cells.status
    return {
        "id": cells.number,
        "centre_id": own.id,
        "department_code": own.department_code,
        "title_id": title_id,
        "kind": cells.kind.value,
        "starts_on": cells.start,
        "ends_on": cells.end,
        "status": cells.status.value,
        "status_at": work.on.now,
        "status_by": TAKEN_OVER,
        "actual_end_on": cells.actual,
        "convocation": int(cells.status in CONVENED),
        "planned_end_on": before.planned_end_on if before else None,
        "creation_key": None,
        "actual_end_checked": False,
        "postponed_by": before.key if before else None,
    }


def _insert(tx: Connection, work: Work, rows: list[dict[str, Any]], runs: Mapping[str, int]) -> None:
    """`runs`: of the measures that moved some of them elsewhere, by key."""
    events = []
    for row in rows:
        told = {name: row[name] for name in TOLD}
        key = row.pop("postponed_by")
        row |= {"postponed_run_id": runs.get(key), "postponed_case": "" if key else None}
        if key:
            told |= {"planned_end_on": row["planned_end_on"], "postponed_by": key, **{n: row[n] for n in POSTPONED}}
        events.append(Event("imported", row["id"], after=told))
    tx.execute(insert(exam_session), rows)
    work.record_all(tx, events)
