"""the whole schema"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "measure_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("measure_key", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("reverts_run_id", sa.Integer(), nullable=True),
        sa.Column("touched", sa.Integer(), nullable=False),
        sa.CheckConstraint("touched >= 0", name=op.f("ck_measure_run_touched_positive")),
        sa.ForeignKeyConstraint(["reverts_run_id"], ["measure_run.id"], name=op.f("fk_measure_run_reverts_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_run")),
        sa.UniqueConstraint("reverts_run_id", name=op.f("uq_measure_run_reverts_run_id")),
    )
    op.create_table(
        "region",
        sa.Column("code", sa.String(length=3), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
        sa.UniqueConstraint("name", name=op.f("uq_region_name")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("blocked_until", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_failure")),
    )
    op.create_table(
        "title",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("decree_on", sa.Date(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("extension_months", sa.Integer(), server_default="12", nullable=False),
        sa.Column("search_key", sa.String(length=250), nullable=False),
        sa.CheckConstraint("extension_months BETWEEN 0 AND 120", name=op.f("ck_title_extension_plausible")),
        sa.CheckConstraint("level BETWEEN 3 AND 6", name=op.f("ck_title_level_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_title")),
        sa.UniqueConstraint("code", name=op.f("uq_title_code")),
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=3), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.CheckConstraint("kind IN ('ccp', 'ccs')", name=op.f("ck_certificate_kind_known")),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name=op.f("fk_certificate_title_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("title_id", "label", name=op.f("uq_certificate_title_id_label")),
    )
    op.create_table(
        "department",
        sa.Column("code", sa.String(length=3), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("region_code", sa.String(length=3), nullable=False),
        sa.Column("unit_email", sa.String(length=254), nullable=True),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_department_region_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_department")),
    )
    op.create_index(op.f("ix_department_region_code"), "department", ["region_code"], unique=False)
    op.create_table(
        "centre",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("siret", sa.String(length=14), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("department_code", sa.String(length=3), nullable=False),
        sa.Column("search_key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["department_code"], ["department.code"], name=op.f("fk_centre_department_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre")),
        sa.UniqueConstraint("id", "department_code", name=op.f("uq_centre_id_department_code")),
        sa.UniqueConstraint("siret", name=op.f("uq_centre_siret")),
    )
    op.create_index(op.f("ix_centre_search_key"), "centre", ["search_key"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=True),
        sa.Column("department_code", sa.String(length=3), nullable=True),
        sa.Column("region_code", sa.String(length=3), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "(role = 'centre') = (centre_id IS NOT NULL) AND (role = 'ud') = (department_code IS NOT NULL) AND (role = 'region') = (region_code IS NOT NULL)",
            name=op.f("ck_account_scope_fits_role"),
        ),
        sa.CheckConstraint("role IN ('centre', 'ud', 'region', 'national')", name=op.f("ck_account_role_known")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_account_centre_id")),
        sa.ForeignKeyConstraint(["department_code"], ["department.code"], name=op.f("fk_account_department_code")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_account_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_approval_to_not_before_from")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_approval_centre_id")),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name=op.f("fk_approval_title_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("centre_id", "title_id", "valid_from", name=op.f("uq_approval_centre_id_title_id_valid_from")),
        sa.UniqueConstraint("number", name=op.f("uq_approval_number")),
    )
    op.create_table(
        "exam_session",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("department_code", sa.String(length=3), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=200), server_default="", nullable=False),
        sa.Column("session_manager", sa.String(length=120), server_default="", nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("status_at", sa.DateTime(), nullable=False),
        sa.Column("status_by", sa.String(length=200), nullable=False),
        sa.Column("actual_end_on", sa.Date(), nullable=True),
        sa.Column("postponed_run_id", sa.Integer(), nullable=True),
        sa.Column("postponed_case", sa.String(length=20), nullable=True),
        sa.Column("planned_end_on", sa.Date(), nullable=True),
        sa.Column("results_saved_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("kind IN ('titre', 'ccp', 'ccs')", name=op.f("ck_exam_session_kind_known")),
        sa.CheckConstraint(
            "status IN ('en_preparation', 'demande_dte_envoyee', 'dte_envoye', 'convocations_envoyees', 'resultats_saisis', 'verrouillee', 'annulee')",
            name=op.f("ck_exam_session_status_known"),
        ),
        sa.CheckConstraint(
            "(postponed_run_id IS NULL) = (planned_end_on IS NULL) AND (postponed_run_id IS NULL) = (postponed_case IS NULL)",
            name=op.f("ck_exam_session_postponement_whole"),
        ),
        sa.CheckConstraint("actual_end_on >= starts_on", name=op.f("ck_exam_session_actual_end_not_before_start")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_exam_session_end_not_before_start")),
        sa.CheckConstraint("id BETWEEN 1 AND 999999999", name=op.f("ck_exam_session_number_plausible")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_exam_session_version_positive")),
        sa.ForeignKeyConstraint(
            ["centre_id", "department_code"],
            ["centre.id", "centre.department_code"],
            name=op.f("fk_exam_session_centre_id_department_code"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["postponed_run_id"], ["measure_run.id"], name=op.f("fk_exam_session_postponed_run_id")),
        sa.ForeignKeyConstraint(["results_saved_by"], ["account.id"], name=op.f("fk_exam_session_results_saved_by")),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name=op.f("fk_exam_session_title_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_session")),
    )
    op.create_index(op.f("ix_exam_session_centre_id_id"), "exam_session", ["centre_id", "id"], unique=False)
    op.create_index(
        op.f("ix_exam_session_centre_id_starts_on_id"), "exam_session", ["centre_id", "starts_on", "id"], unique=False
    )
    op.create_index(op.f("ix_exam_session_department_code_id"), "exam_session", ["department_code", "id"], unique=False)
    op.create_index(
        op.f("ix_exam_session_department_code_starts_on_id"), "exam_session", ["department_code", "starts_on", "id"], unique=False
    )
    op.create_table(
        "sign_in",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id")),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_sign_in")),
    )
    op.create_index(op.f("ix_sign_in_account_id"), "sign_in", ["account_id"], unique=False)
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=330), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_audit_event_actor_id")),
        sa.ForeignKeyConstraint(["session_id"], ["exam_session.id"], name=op.f("fk_audit_event_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index(op.f("ix_audit_event_session_id_id"), "audit_event", ["session_id", "id"], unique=False)
    op.create_table(
        "candidate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("last_name", sa.String(length=120), nullable=False),
        sa.Column("first_name", sa.String(length=120), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("email", sa.String(length=254), server_default="", nullable=False),
        sa.Column("sort_key", sa.String(length=260), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["exam_session.id"], name=op.f("fk_candidate_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate")),
        sa.UniqueConstraint("id", "session_id", name=op.f("uq_candidate_id_session_id")),
        sa.UniqueConstraint("session_id", "sort_key", "born_on", name=op.f("uq_candidate_session_id_sort_key_born_on")),
    )
    op.create_table(
        "measure_line",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("case_name", sa.String(length=20), nullable=False),
        sa.Column("status_before", sa.String(length=30), nullable=False),
        sa.Column("status_after", sa.String(length=30), nullable=False),
        sa.Column("end_before", sa.Date(), nullable=False),
        sa.Column("end_after", sa.Date(), nullable=False),
        sa.Column("status_at_before", sa.DateTime(), nullable=False),
        sa.Column("status_by_before", sa.String(length=200), nullable=False),
        sa.Column("postponed_run_before", sa.Integer(), nullable=True),
        sa.Column("postponed_case_before", sa.String(length=20), nullable=True),
        sa.Column("planned_end_before", sa.Date(), nullable=True),
        sa.Column("version_after", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["measure_run.id"], name=op.f("fk_measure_line_run_id")),
        sa.ForeignKeyConstraint(["session_id"], ["exam_session.id"], name=op.f("fk_measure_line_session_id")),
        sa.PrimaryKeyConstraint("run_id", "session_id", name=op.f("pk_measure_line")),
    )
    op.create_index(op.f("ix_measure_line_session_id"), "measure_line", ["session_id"], unique=False)
    op.create_table(
        "result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("definitive", sa.Boolean(create_constraint=True, name=op.f("ck_result_definitive_known")), nullable=False),
        sa.CheckConstraint(
            "(certificate_id IS NULL AND outcome IN ('titre', 'partiel', 'echec', 'absent')) OR (certificate_id IS NOT NULL AND outcome IN ('acquis', 'non_acquis', 'absent'))",
            name=op.f("ck_result_outcome_known"),
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id", "session_id"],
            ["candidate.id", "candidate.session_id"],
            name=op.f("fk_result_candidate_id_session_id"),
        ),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name=op.f("fk_result_certificate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result")),
    )
    op.create_index(op.f("ix_result_session_id"), "result", ["session_id"], unique=False)
    op.create_index("uq_result_once_per_certificate", "result", ["candidate_id", "certificate_id"], unique=True)
    op.create_index(
        "uq_result_once_per_titre",
        "result",
        ["candidate_id"],
        unique=True,
        sqlite_where=sa.text("certificate_id IS NULL"),
        postgresql_where=sa.text("certificate_id IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_result_once_per_titre",
        table_name="result",
        sqlite_where=sa.text("certificate_id IS NULL"),
        postgresql_where=sa.text("certificate_id IS NULL"),
    )
    op.drop_index("uq_result_once_per_certificate", table_name="result")
    op.drop_index(op.f("ix_result_session_id"), table_name="result")
    op.drop_table("result")
    op.drop_index(op.f("ix_measure_line_session_id"), table_name="measure_line")
    op.drop_table("measure_line")
    op.drop_table("candidate")
    op.drop_index(op.f("ix_audit_event_session_id_id"), table_name="audit_event")
    op.drop_table("audit_event")
    op.drop_index(op.f("ix_sign_in_account_id"), table_name="sign_in")
    op.drop_table("sign_in")
    op.drop_index(op.f("ix_exam_session_department_code_starts_on_id"), table_name="exam_session")
    op.drop_index(op.f("ix_exam_session_department_code_id"), table_name="exam_session")
    op.drop_index(op.f("ix_exam_session_centre_id_starts_on_id"), table_name="exam_session")
    op.drop_index(op.f("ix_exam_session_centre_id_id"), table_name="exam_session")
    op.drop_table("exam_session")
    op.drop_table("approval")
    op.drop_table("account")
    op.drop_index(op.f("ix_centre_search_key"), table_name="centre")
    op.drop_table("centre")
    op.drop_index(op.f("ix_department_region_code"), table_name="department")
    op.drop_table("department")
    op.drop_table("certificate")
    op.drop_table("title")
    op.drop_table("sign_in_failure")
    op.drop_table("region")
    op.drop_table("measure_run")
    op.drop_table("audit_head")
