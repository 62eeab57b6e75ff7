"""${message}"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import alter_table

revision = "${up_revision}"
down_revision = "${down_revision}"
branch_labels = None
depends_on = None

# What is new: op.create_table, op.create_index, triggers in each database's words. What has rows:
# alter_table("document", constraints={"ck_document_kind_known": "CHECK (kind IN (…))"}, add=[sa.Column(…)]).
# Constraints bear their whole name. What this file needs it holds: it imports nothing of the portal, which lives on.


def upgrade() -> None:
    raise NotImplementedError("what this migration does")


def downgrade() -> None:
    raise NotImplementedError("how it is taken back")
