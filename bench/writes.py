"""The same writes, bare: what SQLite itself takes for what an action does, in one transaction, with the same manners."""

import json
import sqlite3
import time
from pathlib import Path

MANNERS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
# The sessions that the measure of 2020 moves in the bench's volume; the demonstration's own few are left out.
MOVES = (
    "id >= 300000 AND status IN ('dte_envoye', 'convocations_envoyees') AND starts_on BETWEEN '2020-01-01' AND '2020-05-31'"
    " AND ends_on >= '2020-03-17' AND ends_on < '2020-08-24'"
)


def connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=60)
    for pragma in MANNERS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def move(path: Path) -> tuple[float, int]:
    """Seconds for the bare INSERT … SELECT and UPDATE of the rows that the measure moves, and how many they are."""
    connection = connect(path)
    run = connection.execute("SELECT max(id) FROM measure_run").fetchone()[0]
    begun = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "INSERT INTO measure_run (measure_key, label, definition, at, actor, touched) SELECT measure_key, label, definition, at, actor, 0"
        f" FROM measure_run WHERE id = {run}"
    )
    new = connection.execute("SELECT max(id) FROM measure_run").fetchone()[0]
    touched = connection.execute(
        "INSERT INTO measure_line (run_id, session_id, case_name, status_before, status_after, end_before, end_after, status_at_before,"
        " status_by_before, postponed_run_before, postponed_case_before, planned_end_before, version_after, start_before, start_after)"
        f" SELECT {new}, id, '2c', status, status, ends_on, '2020-08-24', status_at, status_by, postponed_run_id, postponed_case,"
        f" planned_end_on, version + 1, starts_on, starts_on FROM exam_session WHERE {MOVES}"
    ).rowcount
    connection.execute(
        f"UPDATE exam_session SET ends_on = '2020-08-24', postponed_run_id = {new}, postponed_case = '2c', planned_end_on = ends_on,"
        f" version = version + 1 WHERE {MOVES}"
    )
    connection.execute("COMMIT")
    taken = time.perf_counter() - begun
    connection.close()
    return taken, touched


def scan(path: Path, case: str) -> float:
    """Seconds for one GROUP BY over the whole table of what the dry run tells apart: the measure's own CASE."""
    connection = connect(path)
    begun = time.perf_counter()
    connection.execute(f"SELECT {case} AS code, count(*) FROM exam_session GROUP BY code").fetchall()
    taken = time.perf_counter() - begun
    connection.close()
    return taken


def save_forty(connection: sqlite3.Connection, session: int, candidates: list[int], words: str) -> float:
    """Seconds for the bare writes of forty results: the rows, the session, the event, the head of the trail."""
    begun = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO result (session_id, candidate_id, certificate_id, outcome, definitive) VALUES (?, ?, NULL, ?, 0)",
        [(session, c, words) for c in candidates],
    )
    connection.execute("UPDATE exam_session SET version = version + 1 WHERE id = ?", (session,))
    count, digest = connection.execute("SELECT count, digest FROM audit_head").fetchone()
    told = json.dumps({"results": {str(c): {"title": words} for c in candidates}, "certificates": {}})
    connection.execute(
        "INSERT INTO audit_event (id, at, actor, role, source, action, session_id, subject, before, after, reason, previous, digest)"
        " VALUES (?, '2020-06-15 08:00:00', 'bench', 'centre', 'web', 'results_draft', ?, '', '{}', ?, '', ?, ?)",
        (count + 1, session, told, digest, digest),
    )
    connection.execute("UPDATE audit_head SET count = count + 1")
    connection.execute("COMMIT")
    return time.perf_counter() - begun
