"""The number of a candidate who was removed is given to nobody else, on SQLite as on PostgreSQL"""

from migrations.tables import alter_table

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    alter_table("candidate", once=True)


def downgrade() -> None:
    """What was given stays given."""
