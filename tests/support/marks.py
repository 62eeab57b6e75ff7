"""A mark in whatever a centre, a unit or a region keeps as its own, in a database of the demonstration: it says whose it is.

« þc12þ » is of centre 12, « þd75þ » of the unit of department 75, « þr11þ » of a region, « þnþ » of the nation. « þbþ » is the civil
status of a candidate, which nobody reads but where it is given and deposited.
"""

import json
import re
from collections.abc import Iterable

from sqlalchemy import Connection, Row, String, Text

from portal.store.france import DEPARTMENTS
from portal.store.personal import apart
from portal.store.tables import metadata

CIVIL = "þbþ"
MARK = re.compile(r"þ(?:[cdr][0-9ab]{1,4}|n|b)þ", re.IGNORECASE)  # no token holds that letter
OF_CENTRE, OF_UNIT = "'c' || centre_id", "'d' || department_code"
OF_SESSION = "(SELECT 'c' || s.centre_id FROM exam_session s WHERE s.id = session_id)"

OF_SUMMONED = (  # a mail to a candidate or a juror is of the session's centre
    "(SELECT 'c' || s.centre_id FROM exam_session s JOIN personal_link p ON p.session_id = s.id "
    "WHERE p.message_id = mail.message_id), 'n'"
)


def _of_account(column: str) -> str:
    return (
        "(SELECT CASE a.role WHEN 'centre' THEN 'c' || a.centre_id WHEN 'ud' THEN 'd' || a.department_code "
        f"WHEN 'region' THEN 'r' || a.region_code ELSE 'n' END FROM account a WHERE a.id = {column})"
    )


# Whose the rows of a table are, and which of its columns hold words of theirs.
OWNED: dict[str, tuple[str, tuple[str, ...]]] = {
    "region": ("'r' || code", ("email", "phone")),
    "department": ("'d' || code", ("unit_email", "unit_name", "unit_phone")),
    "centre": ("'c' || id", ("name", "address", "email", "phone")),
    "jury_member": (OF_UNIT, ("last_name", "first_name", "email")),
    "signal_note": (OF_UNIT, ("note", "figures")),
    "draw": (OF_UNIT, ("seed",)),
    "account": (_of_account("account.id"), ("email", "name", "next_email")),
    "approval": (OF_CENTRE, ("number",)),
    "exam_session": (OF_CENTRE, ("place", "session_manager")),
    "factor": (_of_account("account_id"), ("browser",)),
    "mail": (f"coalesce({_of_account('account_id')}, {OF_SUMMONED})", ("subject", "body", "address", "problem")),
    "notice": (_of_account("account_id"), ("subject", "body")),
    "sign_in": (_of_account("account_id"), ("browser", "address")),
    "adjustment": (OF_SESSION, ("note",)),
    "candidate": (OF_SESSION, ("last_name", "first_name", "email")),
    "incident": (OF_SESSION, ("text",)),
    "minutes": (OF_SESSION, ("reason",)),
    "deposit_line": (OF_SESSION, ("reason",)),
    "request": (OF_CENTRE, ("approval_number", "reason", "answer")),
    "security_entry": (_of_account("coalesce(account_id, about_id)"), ("subject", "address", "device")),
}
WORDS = ("birth_name", "usage_name", "birth_insee", "birth_postcode", "birth_commune", "birth_country")  # of the civil status
# Columns of words that hold none of anybody's, and why.
CODES = "codes, keys and digests"
SIGNED = "who acted: a commitment, whose words stand in clear_value"
DERIVED = "folded from the name, for order and search"
LEFT = {
    **dict.fromkeys(("audit_head", "audit_tile", "tally", "tally_change", "guess", "setting", "calendar_feed", "recovery_code", "result", "audit_event"), CODES),
    **dict.fromkeys(("closing", "letter", "measure", "measure_run", "title", "certificate", "measure_line", "deposit", "kept_paper"), "the nation's, for all"),
    **dict.fromkeys(
        (
            "account.role", "account.password_hash", "account.mailing", "account.salt", "exam_session.kind", "exam_session.status",
            "exam_session.postponed_case", "exam_session.creation_key", "exam_session.hour", "factor.kind", "factor.credential",
            "factor.secret", "attendance.half", "incident.hour", "minutes.state", "minutes.digest", "adjustment.salt", "adjustment.digest", "personal_link.nonce", "personal_link.digest", "personal_link.proof", "personal_link.message_id", "personal_link.answer", "mail.message_id", "mail.link", "notice.link", "notice.key", "sign_in.token_digest",
            "sign_in.challenge", "request.kind", "request.status", "request.creation_key", "request.wanted_outcome",
            "security_entry.key", "security_entry.kind", "signal_note.kind", "signal_note.about", "draw.starts_from",
            "draw.starts_to", "draw.drawn_from", "draw.drawn", "department.code", "region.code", "centre.siret",
            "deposit_line.code", "deposit_line.sent_as", "deposit_line.state", "deposit_line.salt", "deposit_line.digest",
            "candidate.sex", "candidate.access", "document.code", "document.kind", "document.digest", "clear_value.digest", "clear_value.of", "clear_value.salt",
        ), CODES,
    ),
    **dict.fromkeys(("exam_session.status_by", "request.made_by", "request.answered_by", "signal_note.by", "draw.by", "attendance.noted_by", "incident.noted_by", "minutes.deposited_by", "minutes.decided_by"), SIGNED),
    **dict.fromkeys(("centre.search_key", "jury_member.sort_key", "candidate.sort_key"), DERIVED),
    **dict.fromkeys(("department.name", "region.name"), "where everybody knows them from"),
    **dict.fromkeys(("document.said", "clear_value.value"), "in JSON, and marked within"),
    **dict.fromkeys((f"candidate.{name}" for name in WORDS), "the same mark whose ever it is"),
}  # fmt: skip


def unknown() -> list[str]:
    """Columns of words that are neither marked nor left out with a reason."""
    found = [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        if table.name not in LEFT
        for column in table.c
        if isinstance(column.type, String | Text)
        and not column.foreign_keys
        and column.name not in OWNED.get(table.name, ("", ()))[1]
    ]
    return [name for name in found if name not in LEFT]


def plant(conn: Connection) -> None:
    """Mark all rows. What only grows is changed too: this database is thrown away."""
    names = conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name NOT LIKE 'candidate_search%'")
    for (name,) in names.all():
        conn.exec_driver_sql(f'DROP TRIGGER "{name}"')
    for table in ("document", "clear_value"):
        _within(conn, table)
    # Whose a row is stands in other tables, and in columns that are not marked: the order does not matter.
    for name, (owner, columns) in OWNED.items():
        for column in columns:
            joined = "" if "email" in column else " "
            conn.exec_driver_sql(f"UPDATE {name} SET {column} = 'þ' || {owner} || 'þ{joined}' || {column} WHERE {column} <> ''")
    conn.exec_driver_sql(f"UPDATE candidate SET {', '.join(f'{name} = ?' for name in WORDS)}", (CIVIL,) * len(WORDS))
    events = conn.exec_driver_sql("SELECT after FROM audit_event WHERE after LIKE '%\"civil\":%'").all()
    assert events
    for digest in apart(events):
        conn.exec_driver_sql(
            "UPDATE clear_value SET value = ? WHERE digest = ?", (json.dumps({"þ": CIVIL}, ensure_ascii=False), digest)
        )


def _within(conn: Connection, table: str) -> None:
    """The same in every text of a JSON value."""
    owners = {
        "session": _pairs(conn.exec_driver_sql("SELECT id, 'c' || centre_id FROM exam_session")),
        "account": _pairs(conn.exec_driver_sql(f"SELECT id, {_of_account('account.id')} FROM account")),
        "member": _pairs(conn.exec_driver_sql(f"SELECT id, {OF_UNIT} FROM jury_member")),
        "request": _pairs(conn.exec_driver_sql(f"SELECT id, {OF_CENTRE} FROM request")),
        "centre": _pairs(conn.exec_driver_sql("SELECT id, 'c' || id FROM centre")),
    }
    columns = {"document": "code, 'session ' || session_id, said", "clear_value": "digest, of, value"}[table]
    key, _, text = (part.strip() for part in columns.split(","))
    for which, of, value in conn.exec_driver_sql(f"SELECT {columns} FROM {table}").all():
        kind, _, number = of.partition(" ")
        owner = owners.get(kind, {}).get(int(number)) if number.isdecimal() else None
        if owner:
            marked = json.dumps(
                _marked(json.loads(value), f"þ{owner}þ "), ensure_ascii=False, sort_keys=True, separators=(",", ":")
            )
            conn.exec_driver_sql(f"UPDATE {table} SET {text} = ? WHERE {key} = ?", (marked, which))


def _pairs(rows: Iterable[Row[*tuple[object, ...]]]) -> dict[object, object]:
    return {row[0]: row[1] for row in rows}


def _marked(value: object, mark: str) -> object:
    """Texts that are words: no dates and no commitments."""
    if isinstance(value, dict):
        return value if "sha256" in value else {key: _marked(one, mark) for key, one in value.items()}
    if isinstance(value, list):
        return [_marked(one, mark) for one in value]
    return (
        f"{mark}{value}"
        if isinstance(value, str) and value and not re.fullmatch(r"\d{4}-\d\d-\d\d.*|\d\d:\d\d", value)
        else value
    )


def allowed(conn: Connection, email: str) -> set[str]:
    """The marks that this person may read: its own, of those whom it follows, and of those who follow it."""
    query = "SELECT a.role, coalesce(a.centre_id, 0) AS centre, coalesce(a.department_code, c.department_code, '') AS department, a.region_code FROM account a LEFT JOIN centre c ON c.id = a.centre_id WHERE a.email = ?"
    who = conn.exec_driver_sql(query, (email,)).one()
    places = conn.exec_driver_sql("SELECT id, department_code FROM centre").all()
    region = who.region_code or DEPARTMENTS[who.department][1]
    departments = {who.department} if who.department else {code for code, (_, of) in DEPARTMENTS.items() if of == region}
    centres = {who.centre} if who.role == "centre" else {row.id for row in places if row.department_code in departments}
    return {f"þr{region}þ", "þnþ", *(f"þd{code.lower()}þ" for code in departments), *(f"þc{number}þ" for number in centres)}
