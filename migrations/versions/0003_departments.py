"""The regions and departments of France"""

import sqlalchemy as sa
from alembic import op

from portal.store.france import DEPARTMENTS, REGIONS

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

region = sa.table("region", sa.column("code"), sa.column("name"))
department = sa.table("department", sa.column("code"), sa.column("name"), sa.column("region_code"))


def upgrade() -> None:
    op.bulk_insert(region, [{"code": code, "name": name} for code, name in REGIONS.items()])
    op.bulk_insert(
        department, [{"code": c, "name": name, "region_code": region_code} for c, (name, region_code) in DEPARTMENTS.items()]
    )


def downgrade() -> None:
    op.execute(sa.delete(department))
    op.execute(sa.delete(region))
