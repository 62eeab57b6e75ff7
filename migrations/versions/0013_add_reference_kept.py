"""Centres, titles, units and regions are kept on screen: contacts, the RNCP code, an end, versions, a history of their own"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import alter_table

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OF_NO_SESSION = sa.text("session_id IS NULL")
COLUMNS = {
    "centre": (("address", 300), ("email", 254), ("phone", 40)),
    "title": (("rncp_code", 12),),
    "department": (("unit_name", 120), ("unit_phone", 40)),
    "region": (("email", 254), ("phone", 40)),
}


def upgrade() -> None:
    for table, texts in COLUMNS.items():
        for name, longest in texts:
            op.add_column(table, sa.Column(name, sa.String(longest), nullable=False, server_default=""))
        if table == "centre":
            op.add_column(table, sa.Column("closed_on", sa.Date()))
        op.add_column(table, sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_index(
        "ix_audit_event_subject", "audit_event", ["subject", "id"], sqlite_where=OF_NO_SESSION, postgresql_where=OF_NO_SESSION
    )


def downgrade() -> None:
    op.drop_index("ix_audit_event_subject", "audit_event")
    for table, texts in COLUMNS.items():
        alter_table(table, drop=[*(name for name, _ in texts), *(["closed_on"] if table == "centre" else []), "version"])
