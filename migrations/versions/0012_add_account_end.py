"""Accounts that are closed, and the browser of a sign-in"""

import sqlalchemy as sa

from migrations.tables import alter_table

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    alter_table("account", add=[sa.Column("closed_at", sa.DateTime())])
    alter_table("sign_in", add=[sa.Column("browser", sa.String(60), nullable=False, server_default="")])


def downgrade() -> None:
    alter_table("sign_in", drop=["browser"])
    alter_table("account", drop=["closed_at"])
