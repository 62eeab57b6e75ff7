"""The function that searches names with the rights of the owner looks up nothing temporary before its own table (PostgreSQL)"""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

FUNCTION = "ALTER FUNCTION candidates_called(text, integer) SET search_path = pg_catalog, public"


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"{FUNCTION}, pg_temp")


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute(FUNCTION)
