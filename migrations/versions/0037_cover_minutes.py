"""The lists of sessions tell who owes signed minutes without reading the rows"""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

VIEWS = [
    *("status", "starts_on", "ends_on", "actual_end_on", "postponed_run_id"),
    *("exam_starts_on", "exam_ends_on", "planned_end_on", "actual_end_checked"),
]
FIRST = {
    "ix_exam_session_views_department": ["department_code"],
    "ix_exam_session_views_centre": ["centre_id"],
    "ix_exam_session_views": [],
}


def upgrade() -> None:
    for name, first in FIRST.items():
        op.drop_index(name, "exam_session")
        op.create_index(name, "exam_session", [*first, *VIEWS, "results_saved_by"])


def downgrade() -> None:
    for name, first in FIRST.items():
        op.drop_index(name, "exam_session")
        op.create_index(name, "exam_session", [*first, *VIEWS])
