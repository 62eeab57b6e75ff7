"""Indexes for lists that do not grow slower, and full text over candidates' names"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

VIEWS = ["status", "starts_on", "ends_on", "actual_end_on", "postponed_run_id"]
WAITING = ["status", "actual_end_on", "id"]
INDEXES = {
    "ix_exam_session_views_department": ["department_code", *VIEWS],
    "ix_exam_session_views_centre": ["centre_id", *VIEWS],
    "ix_exam_session_views": VIEWS,
    "ix_exam_session_starts_on_id": ["starts_on", "id"],
    "ix_exam_session_ends_on_id": ["ends_on", "id"],
    "ix_exam_session_department_code_ends_on_id": ["department_code", "ends_on", "id"],
    "ix_exam_session_centre_id_ends_on_id": ["centre_id", "ends_on", "id"],
    "ix_exam_session_title_id_id": ["title_id", "id"],
}
PARTIAL = {
    "ix_exam_session_postponed_department": ["department_code", *WAITING],
    "ix_exam_session_postponed_centre": ["centre_id", *WAITING],
    "ix_exam_session_postponed": WAITING,
}
MOVED = sa.text("postponed_run_id IS NOT NULL")

# The names stand in the candidates' own table; the full text follows it.
FTS = (
    "CREATE VIRTUAL TABLE candidate_search USING fts5(sort_key, content='candidate', content_rowid='id', tokenize='unicode61')",
    "INSERT INTO candidate_search(rowid, sort_key) SELECT id, sort_key FROM candidate",
    "CREATE TRIGGER candidate_search_insert AFTER INSERT ON candidate "
    "BEGIN INSERT INTO candidate_search(rowid, sort_key) VALUES (new.id, new.sort_key); END",
    "CREATE TRIGGER candidate_search_delete AFTER DELETE ON candidate "
    "BEGIN INSERT INTO candidate_search(candidate_search, rowid, sort_key) VALUES ('delete', old.id, old.sort_key); END",
    "CREATE TRIGGER candidate_search_update AFTER UPDATE OF sort_key ON candidate "
    "BEGIN INSERT INTO candidate_search(candidate_search, rowid, sort_key) VALUES ('delete', old.id, old.sort_key); "
    "INSERT INTO candidate_search(rowid, sort_key) VALUES (new.id, new.sort_key); END",
)


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.create_index(name, "exam_session", columns)
    for name, columns in PARTIAL.items():
        op.create_index(name, "exam_session", columns, sqlite_where=MOVED, postgresql_where=MOVED)
    op.create_index("ix_centre_department_code", "centre", ["department_code"])
    if op.get_bind().dialect.name == "sqlite":
        for statement in FTS:
            op.execute(statement)
    else:
        op.execute("CREATE INDEX ix_candidate_search ON candidate USING gin (to_tsvector('simple', sort_key))")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER candidate_search_{verb}")
        op.execute("DROP TABLE candidate_search")
    else:
        op.execute("DROP INDEX ix_candidate_search")
    op.drop_index("ix_centre_department_code", table_name="centre")
    for name in (*PARTIAL, *INDEXES):
        op.drop_index(name, table_name="exam_session")
