"""The proof that a candidate shares with an employer, by its code"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("personal_link", sa.Column("proof", sa.String(16)))
    op.create_index("uq_personal_link_proof", "personal_link", ["proof"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_personal_link_proof", "personal_link")
    op.drop_column("personal_link", "proof")
