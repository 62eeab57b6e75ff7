"""Batches of certifications deposited with the Caisse des Dépôts, and their lines"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ALL = "(SELECT current_setting('portal.reach', true) = 'all')"
SESSIONS = "(SELECT true FROM exam_session WHERE exam_session.id = deposit_line.session_id)"


def upgrade() -> None:
    op.create_table(
        "deposit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("flux", sa.String(length=50), nullable=False),
        sa.Column("client", sa.String(length=8), nullable=False),
        sa.Column("certifier", sa.String(length=8), nullable=False),
        sa.Column("contract", sa.String(length=20), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=330), nullable=False),
        sa.CheckConstraint("lines >= 1", name=op.f("ck_deposit_not_empty")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposit")),
        sa.UniqueConstraint("flux", name=op.f("uq_deposit_flux")),
    )
    op.create_table(
        "deposit_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deposit_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("sent_as", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("latest", sa.Boolean(create_constraint=True, name=op.f("ck_deposit_line_latest_known")), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("sent_as IN ('nouvelle', 'correction')", name=op.f("ck_deposit_line_sent_as_known")),
        sa.CheckConstraint(
            "state IN ('envoyee', 'acceptee', 'rejetee', 'perdue', 'retiree')", name=op.f("ck_deposit_line_state_known")
        ),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposit.id"], name=op.f("fk_deposit_line_deposit_id")),
        sa.ForeignKeyConstraint(["session_id"], ["exam_session.id"], name=op.f("fk_deposit_line_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposit_line")),
        sa.UniqueConstraint("deposit_id", "candidate_id", name=op.f("uq_deposit_line_deposit_id_candidate_id")),
    )
    op.create_index(
        "uq_deposit_line_latest",
        "deposit_line",
        ["candidate_id"],
        unique=True,
        sqlite_where=sa.text("latest"),
        postgresql_where=sa.text("latest"),
    )
    op.create_index("ix_deposit_line_session_id", "deposit_line", ["session_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE deposit_line ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY deposit_line_wall ON deposit_line USING (CASE WHEN {ALL} THEN true ELSE {SESSIONS} END)")


def downgrade() -> None:
    op.drop_table("deposit_line")
    op.drop_table("deposit")
