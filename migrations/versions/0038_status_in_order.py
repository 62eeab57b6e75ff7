"""The list of a unit or a region is walked past what is over without reading the rows"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_exam_session_department_code_id", "exam_session")
    op.create_index("ix_exam_session_department_code_id_status", "exam_session", ["department_code", "id", "status"])


def downgrade() -> None:
    op.drop_index("ix_exam_session_department_code_id_status", "exam_session")
    op.create_index("ix_exam_session_department_code_id", "exam_session", ["department_code", "id"])
