"""Adjustments of the exam for a candidate, and the paper of the jury, which bears them"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import alter_table

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SEEN = (
    "CASE WHEN (SELECT current_setting('portal.reach', true) = 'all') THEN true "
    "ELSE (SELECT true FROM exam_session WHERE exam_session.id = adjustment.session_id) END"
)
BEFORE = "'convocation', 'liste-candidats', 'emargement', 'proces-verbal', 'livret', 'attestation'"


def upgrade() -> None:
    op.create_table(
        "adjustment",
        sa.Column("candidate_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(500)),
        sa.Column("salt", sa.String(32)),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.CheckConstraint("(note IS NULL) = (salt IS NULL)", name="ck_adjustment_note_whole"),
        sa.ForeignKeyConstraint(
            ["candidate_id", "session_id"],
            ["candidate.id", "candidate.session_id"],
            name="fk_adjustment_candidate_id_session_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("candidate_id", name="pk_adjustment"),
    )
    op.create_index("ix_adjustment_session_id_candidate_id", "adjustment", ["session_id", "candidate_id"])
    if op.get_bind().dialect.name != "sqlite":
        op.execute("ALTER TABLE adjustment ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY adjustment_wall ON adjustment USING ({SEEN})")
    alter_table("document", constraints={"ck_document_kind_known": f"CHECK (kind IN ({BEFORE}, 'convocation-jury'))"})


def downgrade() -> None:
    op.drop_table("adjustment")
    alter_table("document", constraints={"ck_document_kind_known": f"CHECK (kind IN ({BEFORE}))"})
