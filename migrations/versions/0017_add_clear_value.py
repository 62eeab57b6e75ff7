"""What the trail says of people is kept apart from it, where it can be erased"""

import secrets

import sqlalchemy as sa
from alembic import op

from migrations.tables import alter_table

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clear_value",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("of", sa.String(length=80), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_clear_value")),
    )
    op.create_index(op.f("ix_clear_value_of"), "clear_value", ["of"])
    alter_table("account", add=[sa.Column("salt", sa.String(length=32))])
    conn = op.get_bind()
    numbers = conn.execute(sa.text("SELECT id FROM account ORDER BY id")).scalars().all()
    salted = [{"number": number, "salt": secrets.token_hex(16)} for number in numbers]
    if salted:
        conn.execute(sa.text("UPDATE account SET salt = :salt WHERE id = :number"), salted)


def downgrade() -> None:
    alter_table("account", drop=["salt"])
    op.drop_table("clear_value")
