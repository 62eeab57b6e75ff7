"""Each letter of information has a number of its own, « Lettre d’information n° 13 »"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import alter_table

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NUMBERED = "ck_letter_numbered"


def upgrade() -> None:
    alter_table("letter", add=[sa.Column("number", sa.Integer())])
    op.execute("UPDATE letter SET number = id")  # those of before, in the order in which they were published
    alter_table("letter", constraints={NUMBERED: "CHECK (number IS NOT NULL AND number >= 1)"})
    op.create_index("uq_letter_number", "letter", ["number"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_letter_number", "letter")
    alter_table("letter", constraints={NUMBERED: None}, drop=["number"])
