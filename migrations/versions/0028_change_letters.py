"""A letter is changed and withdrawn, and its PDF outlives a preview"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letter", sa.Column("withdrawn_at", sa.DateTime()))
    op.add_column("letter", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_table(
        "kept_paper",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_kept_paper")),
    )


def downgrade() -> None:
    op.drop_table("kept_paper")
    op.drop_column("letter", "version")
    op.drop_column("letter", "withdrawn_at")
