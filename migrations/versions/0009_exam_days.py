"""Days and hour of the exam, who is convened for them, real end dates looked at, requests for a correction, sessions moved elsewhere"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import alter_table

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

DAYS = {
    "ck_exam_session_exam_days_whole": "CHECK ((exam_starts_on IS NULL) = (exam_ends_on IS NULL))",
    "ck_exam_session_exam_days_in_order": "CHECK (exam_ends_on >= exam_starts_on AND exam_starts_on >= starts_on)",
    "ck_exam_session_exam_days_of_a_moved_session": "CHECK (exam_starts_on IS NULL OR postponed_run_id IS NOT NULL)",
    "ck_exam_session_convocation_counted": "CHECK (convocation >= 0)",
}
KINDS = "CHECK (kind IN ({}))"
OLD_VIEWS = "status, starts_on, ends_on, actual_end_on, postponed_run_id"
NEW_VIEWS = f"{OLD_VIEWS}, exam_starts_on, exam_ends_on, planned_end_on, actual_end_checked"
SCOPES = {"_department": "department_code, ", "_centre": "centre_id, ", "": ""}


def upgrade() -> None:
    # The columns are dropped with the index on the way back.
    for scope in SCOPES:
        op.drop_index(f"ix_exam_session_views{scope}", "exam_session")
    alter_table(
        "exam_session",
        constraints=DAYS
        | ({"ck_exam_session_actual_end_checked_known": "CHECK (actual_end_checked IN (0, 1))"} if _sqlite() else {}),
        add=[
            sa.Column("exam_starts_on", sa.Date()),
            sa.Column("exam_ends_on", sa.Date()),
            sa.Column("hour", sa.String(5), nullable=False, server_default=""),
            sa.Column("convocation", sa.Integer(), nullable=False, server_default="0"),
            sa.Column("actual_end_checked", sa.Boolean(), nullable=False, server_default=sa.false()),
        ],
    )
    for scope, columns in SCOPES.items():
        op.execute(f"CREATE INDEX ix_exam_session_views{scope} ON exam_session ({columns}{NEW_VIEWS})")
    alter_table("candidate", add=[sa.Column("convened_for", sa.Integer())])
    # Whoever was convened before is convened for what stood then: the first convocation of its session.
    convened = "status IN ('convocations_envoyees', 'resultats_saisis', 'verrouillee')"
    op.execute(f"UPDATE exam_session SET convocation = 1 WHERE {convened}")
    op.execute(f"UPDATE candidate SET convened_for = 1 WHERE session_id IN (SELECT id FROM exam_session WHERE {convened})")
    alter_table(
        "request",
        constraints={
            "ck_request_kind_known": KINDS.format("'report', 'titre_echu', 'correction'"),
            "ck_request_correction_of_a_candidate": "CHECK ((kind = 'correction') = (candidate_id IS NOT NULL))",
            "fk_request_candidate_id": "FOREIGN KEY (candidate_id) REFERENCES candidate (id)",
            **({"ck_request_registered_known": "CHECK (registered IN (0, 1))"} if _sqlite() else {}),
        },
        add=[
            sa.Column("candidate_id", sa.Integer()),
            sa.Column("wanted_outcome", sa.Text(), nullable=False, server_default=""),
            sa.Column("registered", sa.Boolean(), nullable=False, server_default=sa.false()),
        ],
    )
    alter_table(
        "measure_run",
        constraints={"ck_measure_run_taken_over_known": "CHECK (taken_over IN (0, 1))"} if _sqlite() else None,
        add=[sa.Column("taken_over", sa.Boolean(), nullable=False, server_default=sa.false())],
    )


def downgrade() -> None:
    sqlite = _sqlite()
    alter_table("measure_run", constraints={"ck_measure_run_taken_over_known": None} if sqlite else None, drop=["taken_over"])
    op.execute("DELETE FROM request WHERE kind = 'correction'")
    alter_table(
        "request",
        constraints={
            "ck_request_kind_known": KINDS.format("'report', 'titre_echu'"),
            "ck_request_correction_of_a_candidate": None,
            "fk_request_candidate_id": None,
            **({"ck_request_registered_known": None} if sqlite else {}),
        },
        drop=["candidate_id", "wanted_outcome", "registered"],
    )
    alter_table("candidate", drop=["convened_for"])
    for scope in SCOPES:
        op.drop_index(f"ix_exam_session_views{scope}", "exam_session")
    alter_table(
        "exam_session",
        constraints={
            **dict.fromkeys(DAYS),
            **({"ck_exam_session_actual_end_checked_known": None} if sqlite else {}),
        },
        drop=["exam_starts_on", "exam_ends_on", "hour", "convocation", "actual_end_checked"],
    )
    for scope, columns in SCOPES.items():
        op.execute(f"CREATE INDEX ix_exam_session_views{scope} ON exam_session ({columns}{OLD_VIEWS})")


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
