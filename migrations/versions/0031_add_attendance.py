"""Who was there on the days of the exam, by half-day, and the incidents with their hour"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

SEEN = (
    "CASE WHEN (SELECT current_setting('portal.reach', true) = 'all') THEN true "
    "ELSE (SELECT true FROM exam_session WHERE exam_session.id = {}.session_id) END"
)


def upgrade() -> None:
    op.create_table(
        "attendance",
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("half", sa.String(10), nullable=False),
        sa.Column("present", sa.Boolean(create_constraint=True, name=op.f("ck_attendance_present_known")), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.Column("noted_by", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("half IN ('matin', 'apres_midi')", name="ck_attendance_half_known"),
        sa.ForeignKeyConstraint(
            ["candidate_id", "session_id"],
            ["candidate.id", "candidate.session_id"],
            name="fk_attendance_candidate_id_session_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("candidate_id", "day", "half", name="pk_attendance"),
    )
    op.create_index("ix_attendance_session_id_candidate_id_day_half", "attendance", ["session_id", "candidate_id", "day", "half"])
    op.create_table(
        "incident",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hour", sa.String(5), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.Column("noted_by", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["exam_session.id"], name="fk_incident_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    op.create_index("ix_incident_session_id_id", "incident", ["session_id", "id"])
    if op.get_bind().dialect.name != "sqlite":
        for table in ("attendance", "incident"):
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY {table}_wall ON {table} USING ({SEEN.format(table)})")


def downgrade() -> None:
    op.drop_table("incident")
    op.drop_table("attendance")
