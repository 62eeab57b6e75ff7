"""A mail that no server takes is set aside"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mail", sa.Column("set_aside_at", sa.DateTime()))


def downgrade() -> None:
    op.drop_column("mail", "set_aside_at")
