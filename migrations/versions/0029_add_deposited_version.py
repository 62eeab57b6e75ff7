"""Up to which version of a session nothing of it waits for a deposit: those to look at are found without reading the others"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import alter_table

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

OPEN = "status = 'verrouillee' AND deposited_version <> version AND people_erased_at IS NULL"


def upgrade() -> None:
    op.add_column("exam_session", sa.Column("deposited_version", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "ix_exam_session_to_deposit",
        "exam_session",
        ["id", "ends_on", "actual_end_on"],
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    alter_table("deposit_line", drop=["session_version"])


def downgrade() -> None:
    op.add_column("deposit_line", sa.Column("session_version", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index("ix_exam_session_to_deposit", "exam_session")
    op.drop_column("exam_session", "deposited_version")
