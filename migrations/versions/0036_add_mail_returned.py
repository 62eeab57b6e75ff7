"""That the mail of a convocation came back, as its centre noted it"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("personal_link", sa.Column("returned_at", sa.DateTime()))


def downgrade() -> None:
    op.drop_column("personal_link", "returned_at")
