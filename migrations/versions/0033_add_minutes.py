"""The signed minutes of sessions, in parts, and what the unit made of them"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

SEEN = (
    "CASE WHEN (SELECT current_setting('portal.reach', true) = 'all') THEN true "
    "ELSE (SELECT true FROM exam_session WHERE exam_session.id = {}.session_id) END"
)


def upgrade() -> None:
    op.create_table(
        "minutes",
        sa.Column("session_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("deposited_at", sa.DateTime(), nullable=False),
        sa.Column("deposited_by", sa.String(200), nullable=False),
        sa.Column("decided_at", sa.DateTime()),
        sa.Column("decided_by", sa.String(200)),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.CheckConstraint("state IN ('depose', 'verifie', 'refuse')", name="ck_minutes_state_known"),
        sa.ForeignKeyConstraint(["session_id"], ["exam_session.id"], name="fk_minutes_session_id"),
        sa.PrimaryKeyConstraint("session_id", name="pk_minutes"),
    )
    op.create_table(
        "minutes_part",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["minutes.session_id"], name="fk_minutes_part_session_id"),
        sa.PrimaryKeyConstraint("session_id", "number", name="pk_minutes_part"),
    )
    if op.get_bind().dialect.name != "sqlite":
        for table in ("minutes", "minutes_part"):
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY {table}_wall ON {table} USING ({SEEN.format(table)})")


def downgrade() -> None:
    op.drop_table("minutes_part")
    op.drop_table("minutes")
