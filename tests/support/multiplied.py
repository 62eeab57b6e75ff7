"""The demonstration after many years: before each of its things stand as many of years ago, done with, and of the same people."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Date, Integer, Table

from portal.store.base import Moment
from portal.store.database import Database
from portal.store.summing import recount
from portal.store.tables import metadata

APART = 1_000_000  # between the numbers of a row and those of its next copy
# What each table has that only one row may have, and is no number.
NAMES = {
    "exam_session": ("creation_key",), "document": ("code",), "personal_link": ("digest", "proof"), "request": ("creation_key",),
    "deposit": ("flux",), "notice": ("key",), "mail": ("message_id",), "account": ("email",), "sign_in": ("token_digest",),
    "centre": ("siret",), "approval": ("number",), "jury_member": ("sort_key",), "letter": ("creation_key",),
    "signal_note": ("about",), "security_entry": ("key",), "measure": ("key",),
}  # fmt: skip
PLAIN = (
    "candidate", "result", "adjustment", "exam_reminder", "attendance", "incident", "session_jury", "trainer_link", "audit_event",
    "minutes", "minutes_part", "deposit_line", "accreditation", "letter_reading", "closing", "measure_run", "measure_line", "draw",
)  # fmt: skip
# Numbers that go with their copy, beside those of the rows themselves. All others stay: a centre has so many times its sessions.
FOLLOW = {
    "exam_session", "candidate", "deposit", "letter", "audit_event", "measure_run", "minutes",
}  # fmt: skip
OWN = {
    ("accreditation", "member_id"),
    ("approval", "centre_id"),
    ("document", "candidate_id"),
    ("deposit_line", "candidate_id"),
    ("letter", "number"),
}
STAY = {("measure_line", "postponed_run_before")}
# How they ended: no measure moved them, they are locked or cancelled, answered, read and sent.
ENDED = {
    ("exam_session", "status"): "CASE t.status WHEN 'annulee' THEN 'annulee' ELSE 'verrouillee' END",
    ("exam_session", "actual_end_checked"): "1",
    ("exam_session", "deposited_version"): "t.version",
    ("request", "status"): "CASE t.status WHEN 'ouverte' THEN 'retiree' ELSE t.status END",
    ("request", "answered_at"): "coalesce(t.answered_at, t.made_at)",
    ("notice", "read_at"): "t.at",
    ("mail", "sent_at"): "t.at",
    **{("exam_session", name): "NULL" for name in (
        "postponed_run_id", "postponed_case", "planned_end_on", "actual_end_on", "exam_starts_on", "exam_ends_on",
    )},
}  # fmt: skip
DAYS = 364  # between a thing and its next copy: about a year, and the same day of the week


def multiply(file: Path, times: int) -> None:
    """Each row that grows with use is there so many times; what the database keeps by itself is kept."""
    with closing(sqlite3.connect(file, isolation_level=None)) as conn:
        conn.execute("PRAGMA synchronous=OFF")
        conn.execute("BEGIN")
        triggers = conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            conn.execute(f"DROP TRIGGER {name}")
        for name in (*NAMES, *PLAIN):
            conn.execute(_copies(metadata.tables[name], times))
        conn.execute("DELETE FROM session_total")
        conn.execute(
            "INSERT INTO session_total (centre_id, number) SELECT centre_id, count(*) FROM exam_session GROUP BY centre_id"
        )
        conn.execute("INSERT INTO candidate_search (candidate_search) VALUES ('rebuild')")
        for _, sql in triggers:
            conn.execute(sql)
        conn.execute("COMMIT")
    db = Database(f"sqlite:///{file}")
    with db.writing() as tx:
        recount(tx)
    db.analyze()
    db.dispose()


def _copies(table: Table, times: int) -> str:
    columns = [c.name for c in table.c]
    values, named = ", ".join(_value(table, name) for name in columns), ", ".join(f'"{name}"' for name in columns)
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {times - 1})"
    return f"{numbers} INSERT INTO {table.name} ({named}) SELECT {values} FROM n CROSS JOIN {table.name} t"


def _value(table: Table, name: str) -> str:
    column, quoted = table.c[name], f't."{name}"'
    if (table.name, name) in ENDED:
        return ENDED[table.name, name]
    if name in NAMES.get(table.name, ()):
        return f"{quoted} || '-' || n.i"
    if name == "reverts_run_id":
        return "NULL"
    of = {key.column.table.name for key in column.foreign_keys}
    own = column.primary_key and isinstance(column.type, Integer) and not of
    if (table.name, name) in STAY or not (own or of & FOLLOW or (table.name, name) in OWN):
        return _ago(table, name, quoted)
    return f"{quoted} + n.i * {APART}"


def _ago(table: Table, name: str, quoted: str) -> str:
    """A day or a moment so many years before."""
    kind = table.c[name].type
    if isinstance(kind, Date):
        return f"date({quoted}, '-' || (n.i * {DAYS}) || ' days')"
    if isinstance(kind, Moment):
        return f"strftime('%Y-%m-%d %H:%M:%f000', {quoted}, '-' || (n.i * {DAYS}) || ' days')"
    return quoted
