"""Taking sessions over from a CSV: what exists elsewhere comes in as it is; no right is applied, no approval asked for."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from portal.core.imports import Imported, Progress
from portal.core.numbers import next_number
from portal.features.sessions import moved
from portal.files.errors import BadCell, Errors
from portal.files.parsers import code_of, day_of, day_or_none, number_of, siret_of
from portal.files.reading import read
from portal.rules.lifecycle import Kind, Status
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

TOLD = ("kind", "starts_on", "ends_on", "status", "actual_end_on")


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


def import_sessions(work: Work, data: bytes, progress: Progress = iter) -> Imported:
    """All or nothing. Raises BadFile with every error on its line; then nothing is written."""
    lines = read(data, REQUIRED, together=moved.COLUMNS)
    errors = Errors()
    with work.db.writing() as tx:
        centres = {r.siret: r for r in tx.execute(select(centre.c.siret, centre.c.id, centre.c.department_code))}
        titles = {r.code: r.id for r in tx.execute(select(title.c.code, title.c.id))}
        taken = set(tx.execute(select(exam_session.c.id)).scalars())
        there = moved.measures(tx)
        seen: dict[int, int] = {}
        rows: list[dict[str, Any]] = []
        for line in lines:
            number = line.get("id", number_of, errors)
            siret = line.get("siret", siret_of, errors)
            code = line.get("title", code_of, errors)
            kind = line.get("kind", kind_of, errors)
            start = line.get("starts_on", day_of, errors)
            end = line.get("ends_on", day_of, errors)
            status = line.get("status", status_of, errors)
            actual = line.get("actual_end_on", day_or_none, errors)
            if number in taken:
                errors.add(line.number, f"id : la session {number} existe déjà")
            if number is not None and seen.setdefault(number, line.number) != line.number:
                errors.add(line.number, f"id : la session {number} est déjà à la ligne {seen[number]}")
            if siret and siret not in centres:
                errors.add(line.number, f"siret : aucun centre n’a le SIRET {siret}")
            if code and code not in titles:
                errors.add(line.number, f"title : le titre « {code} » est inconnu")
            if start and end and end < start:
                errors.add(line.number, "ends_on : la date de fin précède la date de début")
            if start and actual and actual < start:
                errors.add(line.number, "actual_end_on : la date réelle de fin précède la date de début")
            before = moved.moved_of(line, start, end, there, errors)
            if errors.found:
                continue
            assert siret and code and kind and status
            rows.append(
                {
                    "id": number,
                    "centre_id": centres[siret].id,
                    "department_code": centres[siret].department_code,
                    "title_id": titles[code],
                    "kind": kind.value,
                    "starts_on": start,
                    "ends_on": end,
                    "status": status.value,
                    "status_at": work.on.now,
                    "status_by": "REPRISE",
                    "actual_end_on": actual,
                    "convocation": int(status in CONVENED),
                    "planned_end_on": before.planned_end_on if before else None,
                    "postponed_by": before.key if before else None,
                }
            )
        errors.stop_if_any()
        following = max(next_number(tx, work), max(seen, default=0) + 1)
        for row in rows:
            if row["id"] is None:
                row["id"], following = following, following + 1
        keys = Counter(row["postponed_by"] for row in rows if row["postponed_by"])
        runs = {key: moved.run_of(tx, work, key, there, number) for key, number in sorted(keys.items())}
        for some in progress(list(batches(rows))):
            _insert(tx, work, some, runs)
    return Imported(len(rows), notes=lines.notes)


def _insert(tx: Connection, work: Work, rows: list[dict[str, Any]], runs: Mapping[str, int]) -> None:
    """`runs`: of the measures that moved some of them elsewhere, by key."""
    events = []
    for row in rows:
        told = {name: row[name] for name in TOLD}
        key = row.pop("postponed_by")
        row |= {"postponed_run_id": runs.get(key), "postponed_case": "" if key else None}
        if key:
            told |= {"planned_end_on": row["planned_end_on"], "postponed_by": key}
        events.append(Event("imported", row["id"], after=told))
    tx.execute(insert(exam_session), rows)
    work.record_all(tx, events)
