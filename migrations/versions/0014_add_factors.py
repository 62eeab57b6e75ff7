"""Second factors, recovery codes, and what a sign-in has proved"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import alter_table

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "factor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("credential", sa.String(length=1400), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("counter", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False, server_default=""),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime()),
        sa.CheckConstraint("kind IN ('totp', 'passkey')", name=op.f("ck_factor_kind_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_factor_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor")),
        sa.UniqueConstraint("credential", name=op.f("uq_factor_credential")),
    )
    op.create_index(op.f("ix_factor_account_id"), "factor", ["account_id"])
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime()),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id")),
        sa.PrimaryKeyConstraint("account_id", "digest", name=op.f("pk_recovery_code")),
    )
    columns: list[sa.Column[object]] = [
        sa.Column("awaits_code", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("checked_at", sa.DateTime()),
        sa.Column("elsewhere", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("challenge", sa.String(100), nullable=False, server_default=""),
    ]
    alter_table("sign_in", add=columns)


def downgrade() -> None:
    alter_table("sign_in", drop=["awaits_code", "checked_at", "elsewhere", "challenge"])
    op.drop_table("recovery_code")
    op.drop_table("factor")
