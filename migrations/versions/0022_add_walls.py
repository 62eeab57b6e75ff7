"""Row-level security on sessions, candidates, results, documents and requests (PostgreSQL)

It holds against a role that does not own the tables; the owner, who migrates, walks through.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

IS = "(SELECT current_setting('portal.reach', true) = '%s')"
OWN_ROW = (
    f"CASE WHEN {IS % 'all'} THEN true "
    f"WHEN {IS % 'units'} THEN department_code = ANY ((SELECT string_to_array(current_setting('portal.departments', true), ','))::text[]) "
    f"WHEN {IS % 'centre'} THEN centre_id = (SELECT nullif(current_setting('portal.centre', true), '')::integer) "
    "ELSE false END"
)
OF_A_SESSION = (
    f"CASE WHEN {IS % 'all'} THEN true ELSE (SELECT true FROM exam_session WHERE exam_session.id = {{table}}.session_id) END"
)
WALLS = {
    "exam_session": OWN_ROW,
    "request": OWN_ROW,
    **{table: OF_A_SESSION.format(table=table) for table in ("candidate", "result", "document")},
}
CALLED = (
    "CREATE FUNCTION candidates_called(words text, most integer) RETURNS SETOF integer LANGUAGE sql STABLE SECURITY DEFINER "
    "SET search_path = pg_catalog, public AS $$ SELECT id FROM candidate "
    "WHERE to_tsvector('simple', sort_key) @@ to_tsquery('simple', words) ORDER BY id DESC LIMIT most $$"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, seen in WALLS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_wall ON {table} USING ({seen})")
    op.execute(CALLED)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("DROP FUNCTION candidates_called(text, integer)")
    for table in WALLS:
        op.execute(f"DROP POLICY {table}_wall ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
