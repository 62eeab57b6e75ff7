"""What the deposit of a certification asks of a candidate: birth name and usage name, sex, birth place, way of access"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

WORDS = {"birth_name": 60, "usage_name": 60, "birth_insee": 5, "birth_postcode": 5, "birth_commune": 60, "birth_country": 60}
KNOWN = {
    "sex": (1, "sex IN ('', 'F', 'M')"),
    "access": (
        20,
        "access IN ('', 'initiale', 'apprentissage', 'continue', 'professionnalisation', 'vae', 'equivalence', 'libre')",
    ),
}


def upgrade() -> None:
    for name, length in WORDS.items():
        op.add_column("candidate", sa.Column(name, sa.String(length), nullable=False, server_default=""))
    for name, (length, check) in KNOWN.items():
        op.execute(
            f"ALTER TABLE candidate ADD COLUMN {name} VARCHAR({length}) DEFAULT '' NOT NULL"
            f" CONSTRAINT ck_candidate_{name}_known CHECK ({check})"
        )


def downgrade() -> None:
    for name in (*WORDS, *KNOWN):
        op.drop_column("candidate", name)
