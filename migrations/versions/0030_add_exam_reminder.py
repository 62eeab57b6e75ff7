"""Sessions whose candidates are reminded of the exam, as long as that is to come"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

SEEN = (
    "CASE WHEN (SELECT current_setting('portal.reach', true) = 'all') THEN true "
    "ELSE (SELECT true FROM exam_session WHERE exam_session.id = exam_reminder.session_id) END"
)


def upgrade() -> None:
    op.create_table(
        "exam_reminder",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["exam_session.id"], name="fk_exam_reminder_session_id"),
        sa.PrimaryKeyConstraint("session_id", name="pk_exam_reminder"),
    )
    if op.get_bind().dialect.name != "sqlite":
        op.execute("ALTER TABLE exam_reminder ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY exam_reminder_wall ON exam_reminder USING ({SEEN})")


def downgrade() -> None:
    op.drop_table("exam_reminder")
