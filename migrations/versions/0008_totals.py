"""How many sessions each centre has, kept by the database itself"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FILL = "INSERT INTO session_total (centre_id, number) SELECT centre_id, count(*) FROM exam_session GROUP BY centre_id"
SQLITE = (
    "CREATE TRIGGER session_total_more AFTER INSERT ON exam_session BEGIN "
    "INSERT INTO session_total (centre_id, number) VALUES (NEW.centre_id, 1) "
    "ON CONFLICT (centre_id) DO UPDATE SET number = number + 1; END",
    "CREATE TRIGGER session_total_less AFTER DELETE ON exam_session BEGIN "
    "UPDATE session_total SET number = number - 1 WHERE centre_id = OLD.centre_id; END",
)
# Once a statement, not once a row; in order of the centres, so that two imports never wait for each other in a circle.
POSTGRESQL = (
    "CREATE FUNCTION count_sessions() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "INSERT INTO session_total (centre_id, number) SELECT centre_id, count(*) FROM changed GROUP BY centre_id ORDER BY centre_id "
    "ON CONFLICT (centre_id) DO UPDATE SET number = session_total.number + EXCLUDED.number; RETURN NULL; END $$",
    "CREATE TRIGGER session_total_more AFTER INSERT ON exam_session REFERENCING NEW TABLE AS changed "
    "FOR EACH STATEMENT EXECUTE FUNCTION count_sessions()",
    "CREATE FUNCTION uncount_sessions() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "UPDATE session_total SET number = session_total.number - gone.number "
    "FROM (SELECT centre_id, count(*) AS number FROM changed GROUP BY centre_id) gone WHERE gone.centre_id = session_total.centre_id; "
    "RETURN NULL; END $$",
    "CREATE TRIGGER session_total_less AFTER DELETE ON exam_session REFERENCING OLD TABLE AS changed "
    "FOR EACH STATEMENT EXECUTE FUNCTION uncount_sessions()",
)


def upgrade() -> None:
    op.create_table(
        "session_total",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_session_total_centre_id")),
        sa.PrimaryKeyConstraint("centre_id", name=op.f("pk_session_total")),
    )
    op.execute(FILL)
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER session_total_more")
        op.execute("DROP TRIGGER session_total_less")
    else:
        op.execute("DROP TRIGGER session_total_more ON exam_session")
        op.execute("DROP TRIGGER session_total_less ON exam_session")
        op.execute("DROP FUNCTION count_sessions()")
        op.execute("DROP FUNCTION uncount_sessions()")
    op.drop_table("session_total")
