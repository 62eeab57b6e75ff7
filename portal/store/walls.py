"""The second wall, on PostgreSQL: which rows the database itself gives to whom (row-level security, domain.md 1).

`store.scope` narrows each query to what a person may see. Should one forget to, the database gives it no row of others all
the same: a transaction says who looks (`portal.reach`, `portal.centre`, `portal.departments`), policies compare, and where
nothing is said nothing is given. It holds against a role that does not own the tables; their owner migrates and walks through.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from portal.store.adjustments import adjustment
from portal.store.attendance import attendance, incident
from portal.store.candidates import candidate, result
from portal.store.deposits import deposit_line
from portal.store.documents import document
from portal.store.links import exam_reminder, personal_link
from portal.store.minutes import minutes, minutes_part
from portal.store.requests import request
from portal.store.sessions import exam_session
from portal.store.triggers import also

OWN = (exam_session, request)  # tables that say themselves of which centre and department a row is
OF_A_SESSION = (
    candidate,
    result,
    document,
    personal_link,
    deposit_line,
    adjustment,
    exam_reminder,
    attendance,
    incident,
    minutes,
    minutes_part,
)  # and those that follow their session

# Asked once a query (a subquery of its own), compared once a row.
_IS = "(SELECT current_setting('portal.reach', true) = '%s')"
_OWN_ROW = (
    f"CASE WHEN {_IS % 'all'} THEN true "
    f"WHEN {_IS % 'units'} THEN department_code = ANY ((SELECT string_to_array(current_setting('portal.departments', true), ','))::text[]) "
    f"WHEN {_IS % 'centre'} THEN centre_id = (SELECT nullif(current_setting('portal.centre', true), '')::integer) "
    "ELSE false END"
)


def _policy(table: str, seen: str) -> tuple[str, str]:
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY {table}_wall ON {table} USING ({seen})",
    )


for _table in OWN:
    also("postgresql", *_policy(_table.name, _OWN_ROW))
for _table in OF_A_SESSION:
    # A subquery for its value cannot become a search through all sessions: it is one look into the index, a row.
    _of_session = f"(SELECT true FROM exam_session WHERE exam_session.id = {_table.name}.session_id)"  # noqa: S608
    also("postgresql", *_policy(_table.name, f"CASE WHEN {_IS % 'all'} THEN true ELSE {_of_session} END"))

# Full text is no operator that may look at rows before the wall does: this function looks it up behind the wall, and gives
# numbers alone. Who asks for more of them comes by the wall. What is temporary is looked up last: a table of that name, made by
# whoever calls it, would be read with the rights of the owner.
also(
    "postgresql",
    "CREATE FUNCTION candidates_called(words text, most integer) RETURNS SETOF integer LANGUAGE sql STABLE SECURITY DEFINER "
    "SET search_path = pg_catalog, public, pg_temp AS $$ SELECT id FROM candidate "
    "WHERE to_tsvector('simple', sort_key) @@ to_tsquery('simple', words) ORDER BY id DESC LIMIT most $$",
)

WALLED = "walled"  # said of a connection before which the walls stand
IDLE, BEGUN, FAILED = 0, 2, 3  # what libpq says of a transaction
# Whether the walls stand before whoever is connected: not before the owner of the tables, nor before a superuser.
STAND = "SELECT row_security_active(oid) FROM pg_class WHERE oid = to_regclass('exam_session')"


@contextmanager
def beyond(conn: Connection) -> Iterator[None]:
    """For a question that the law asks of all sessions, whoever asks it: within this block the walls give every row."""
    if not conn.info.get(WALLED):
        yield
        return
    if _status(conn) == IDLE:  # a connection for reading that nobody sees through yet
        conn.exec_driver_sql("BEGIN READ ONLY")
    before = conn.exec_driver_sql(
        "SELECT current_setting('portal.reach', true), set_config('portal.reach', 'all', true)"
    ).scalar()
    try:
        yield
    finally:
        if _status(conn) != FAILED:
            conn.execute(text("SELECT set_config('portal.reach', :before, true)"), {"before": before or ""})


def leave(conn: Connection) -> None:
    """A connection for reading is done: what was said of who looks ends here. (A rollback would also forget every statement that
    is prepared.)"""
    if not conn.invalidated and conn.info.get(WALLED) and _status(conn) == BEGUN:
        conn.exec_driver_sql("COMMIT")


def _status(conn: Connection) -> int:
    driver = conn.connection.driver_connection
    return int(driver.info.transaction_status) if driver else FAILED
