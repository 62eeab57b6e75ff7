"""Preparing a session: settings, jury, documents handed out, private calendars, approvals of sessions"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "jury_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("department_code", sa.String(length=3), nullable=False),
        sa.Column("last_name", sa.String(length=120), nullable=False),
        sa.Column("first_name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), server_default="", nullable=False),
        sa.Column("sort_key", sa.String(length=260), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["department_code"], ["department.code"], name=op.f("fk_jury_member_department_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_member")),
        sa.UniqueConstraint("department_code", "sort_key", "email", name=op.f("uq_jury_member_department_code_sort_key_email")),
    )
    op.create_table(
        "accreditation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_accreditation_to_not_before_from")),
        sa.ForeignKeyConstraint(["member_id"], ["jury_member.id"], name=op.f("fk_accreditation_member_id")),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name=op.f("fk_accreditation_title_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accreditation")),
        sa.UniqueConstraint("member_id", "title_id", "valid_from", name=op.f("uq_accreditation_member_id_title_id_valid_from")),
    )
    op.create_index(op.f("ix_accreditation_title_id_member_id"), "accreditation", ["title_id", "member_id"], unique=False)
    op.create_table(
        "calendar_feed",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_calendar_feed_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_calendar_feed")),
    )
    op.create_table(
        "document",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('convocation', 'liste-candidats', 'emargement', 'proces-verbal', 'livret', 'attestation')",
            name=op.f("ck_document_kind_known"),
        ),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_document_made_by")),
        sa.ForeignKeyConstraint(["session_id"], ["exam_session.id"], name=op.f("fk_document_session_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_document")),
        sa.UniqueConstraint(
            "session_id", "kind", "candidate_id", "digest", name=op.f("uq_document_session_id_kind_candidate_id_digest")
        ),
    )
    op.create_table(
        "session_jury",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["jury_member.id"], name=op.f("fk_session_jury_member_id")),
        sa.ForeignKeyConstraint(["session_id"], ["exam_session.id"], name=op.f("fk_session_jury_session_id")),
        sa.PrimaryKeyConstraint("session_id", "member_id", name=op.f("pk_session_jury")),
    )
    op.create_index(op.f("ix_session_jury_member_id"), "session_jury", ["member_id"], unique=False)
    op.create_table(
        "trainer_link",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate_id", "session_id"],
            ["candidate.id", "candidate.session_id"],
            name=op.f("fk_trainer_link_candidate_id_session_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "member_id"],
            ["session_jury.session_id", "session_jury.member_id"],
            name=op.f("fk_trainer_link_session_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", "member_id", "candidate_id", name=op.f("pk_trainer_link")),
    )
    op.create_index(op.f("ix_trainer_link_candidate_id"), "trainer_link", ["candidate_id"], unique=False)
    op.create_index(op.f("ix_candidate_sort_key_born_on"), "candidate", ["sort_key", "born_on"], unique=False)
    # In SQL: SQLite adds a column with its reference only so.
    reference = "CONSTRAINT fk_exam_session_approval_id REFERENCES approval (id)"
    op.execute(f"ALTER TABLE exam_session ADD COLUMN approval_id INTEGER {reference}")
    op.add_column("exam_session", sa.Column("creation_key", sa.String(length=64), nullable=True))
    op.create_index("uq_exam_session_creation_key", "exam_session", ["creation_key"], unique=True)
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER document_no_{verb.lower()} BEFORE {verb} ON document "
                "BEGIN SELECT RAISE(ABORT, 'document is append-only'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER document_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_index("uq_exam_session_creation_key", table_name="exam_session")
    op.drop_column("exam_session", "creation_key")
    op.drop_column("exam_session", "approval_id")
    op.drop_index("ix_candidate_sort_key_born_on", table_name="candidate")
    for table in ("trainer_link", "session_jury", "document", "calendar_feed", "accreditation", "jury_member", "setting"):
        op.drop_table(table)
