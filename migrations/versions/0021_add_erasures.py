"""When the people of a session, an account or a member of a jury were made anonymous; and what an account did, found by its number"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exam_session", sa.Column("people_erased_at", sa.DateTime()))
    op.add_column("account", sa.Column("erased_at", sa.DateTime()))
    op.add_column("jury_member", sa.Column("erased_at", sa.DateTime()))
    op.create_index(op.f("ix_audit_event_actor_id_id"), "audit_event", ["actor_id", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_event_actor_id_id"), "audit_event")
    op.drop_column("jury_member", "erased_at")
    op.drop_column("account", "erased_at")
    op.drop_column("exam_session", "people_erased_at")
