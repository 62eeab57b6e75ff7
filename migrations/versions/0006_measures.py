"""Measures written in the portal, and starts that a measure moves"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

EVENTS = sa.text("action IN ('measure_applied', 'measure_reverted')")


def upgrade() -> None:
    op.create_table(
        "measure",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("written_by", sa.String(length=330), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_measure")),
    )
    op.create_index("ix_audit_event_measures", "audit_event", ["id"], sqlite_where=EVENTS, postgresql_where=EVENTS)
    op.add_column("measure_line", sa.Column("start_before", sa.Date(), nullable=True))
    op.add_column("measure_line", sa.Column("start_after", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_index("ix_audit_event_measures", table_name="audit_event")
    op.drop_column("measure_line", "start_after")
    op.drop_column("measure_line", "start_before")
    op.drop_table("measure")
