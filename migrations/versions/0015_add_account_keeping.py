"""Accounts kept on the screen: who invited and when, who keeps a centre's accounts, an address that waits to be confirmed"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import alter_table

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INVITED = """
UPDATE account SET invited_at = (
    SELECT max(at) FROM audit_event
    WHERE session_id IS NULL AND action = 'account_invited'
    AND subject IN ('account ' || CAST(account.id AS VARCHAR), 'compte ' || account.email)
)
"""


def upgrade() -> None:
    alter_table(
        "account",
        add=[
            sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
            sa.Column("manager", sa.Integer(), nullable=False, server_default="0"),
            sa.Column("invitation", sa.Integer(), nullable=False, server_default="1"),
            sa.Column("invited_at", sa.DateTime()),
            sa.Column("invited_by", sa.Integer()),
            sa.Column("next_email", sa.String(254)),
            sa.Column("next_email_at", sa.DateTime()),
        ],
    )
    op.execute("UPDATE account SET manager = 1 WHERE role = 'centre'")
    op.execute(INVITED)
    alter_table(
        "account",
        constraints={
            "ck_account_manager_known": "CHECK (manager = 0 OR manager = 1 AND role = 'centre')",
            "fk_account_invited_by": "FOREIGN KEY(invited_by) REFERENCES account (id)",
        },
    )
    alter_table(
        "sign_in",
        add=[sa.Column("address", sa.String(45), nullable=False, server_default=""), sa.Column("last_at", sa.DateTime())],
    )
    alter_table("mail", add=[sa.Column("address", sa.String(254))])


def downgrade() -> None:
    alter_table("mail", drop=["address"])
    alter_table("sign_in", drop=["address", "last_at"])
    alter_table("account", constraints={"ck_account_manager_known": None, "fk_account_invited_by": None})
    gone = ["version", "manager", "invitation", "invited_at", "invited_by", "next_email", "next_email_at"]
    alter_table("account", drop=gone)
