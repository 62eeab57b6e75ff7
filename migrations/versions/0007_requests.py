"""Requests, notices, letters, closings of the service, and what supervision keeps"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE account ADD COLUMN mailing VARCHAR(12) DEFAULT 'aussitot' NOT NULL"
        " CONSTRAINT ck_account_mailing_known CHECK (mailing IN ('aussitot', 'chaque_jour', 'aucun'))"
    )
    op.create_table(
        "closing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=330), nullable=False),
        sa.Column("called_off_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_closing_end_after_start")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing")),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("roles", sa.String(length=60), nullable=False),
        sa.Column("departments", sa.String(length=600), nullable=False),
        sa.Column("pdf_name", sa.String(length=120), nullable=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=330), nullable=False),
        sa.Column("creation_key", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("creation_key", name=op.f("uq_letter_creation_key")),
    )
    op.create_table(
        "draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("department_code", sa.String(length=3), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("starts_from", sa.String(length=10), nullable=False),
        sa.Column("starts_to", sa.String(length=10), nullable=False),
        sa.Column("drawn_from", sa.Text(), nullable=False),
        sa.Column("drawn", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=330), nullable=False),
        sa.ForeignKeyConstraint(["department_code"], ["department.code"], name=op.f("fk_draw_department_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
    )
    op.create_index(op.f("ix_draw_department_code_id"), "draw", ["department_code", "id"], unique=False)
    op.create_table(
        "signal_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("department_code", sa.String(length=3), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=330), nullable=False),
        sa.ForeignKeyConstraint(["department_code"], ["department.code"], name=op.f("fk_signal_note_department_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_note")),
        sa.UniqueConstraint("kind", "about", "figures", name=op.f("uq_signal_note_kind_about_figures")),
    )
    op.create_table(
        "letter_reading",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_letter_reading_account_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_reading_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", "account_id", name=op.f("pk_letter_reading")),
    )
    op.create_index(op.f("ix_letter_reading_account_id"), "letter_reading", ["account_id"], unique=False)
    op.create_table(
        "mail",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("daily", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_until", sa.DateTime(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=True),
        sa.CheckConstraint("daily IN (0, 1)", name=op.f("ck_mail_daily_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mail_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mail_message_id")),
    )
    op.create_index(op.f("ix_mail_account_id_id"), "mail", ["account_id", "id"], unique=False)
    op.create_index(
        "ix_mail_due",
        "mail",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=True),
        sa.Column("read_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_notice_account_id_key")),
    )
    op.create_index(op.f("ix_notice_account_id_id"), "notice", ["account_id", "id"], unique=False)
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["account_id"],
        unique=False,
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("department_code", sa.String(length=3), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("approval_number", sa.String(length=30), server_default="", nullable=False),
        sa.Column("wanted_start", sa.Date(), nullable=False),
        sa.Column("wanted_end", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "lockdown_cause", sa.Boolean(create_constraint=True, name=op.f("ck_request_lockdown_cause_known")), nullable=False
        ),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=330), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("creation_key", sa.String(length=64), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by", sa.String(length=330), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("granted_start", sa.Date(), nullable=True),
        sa.Column("granted_end", sa.Date(), nullable=True),
        sa.CheckConstraint("(status = 'acceptee') = (granted_start IS NOT NULL)", name=op.f("ck_request_granted_when_accepted")),
        sa.CheckConstraint("(status = 'ouverte') = (answered_at IS NULL)", name=op.f("ck_request_answered_when_closed")),
        sa.CheckConstraint("kind = 'titre_echu' OR session_id IS NOT NULL", name=op.f("ck_request_postponement_of_a_session")),
        sa.CheckConstraint("kind IN ('report', 'titre_echu')", name=op.f("ck_request_kind_known")),
        sa.CheckConstraint("status IN ('ouverte', 'acceptee', 'refusee', 'retiree')", name=op.f("ck_request_status_known")),
        sa.CheckConstraint("granted_end >= granted_start", name=op.f("ck_request_granted_end_not_before_start")),
        sa.CheckConstraint("wanted_end >= wanted_start", name=op.f("ck_request_wanted_end_not_before_start")),
        sa.ForeignKeyConstraint(
            ["centre_id", "department_code"],
            ["centre.id", "centre.department_code"],
            name=op.f("fk_request_centre_id_department_code"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["account.id"], name=op.f("fk_request_made_by_id")),
        sa.ForeignKeyConstraint(["session_id"], ["exam_session.id"], name=op.f("fk_request_session_id")),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name=op.f("fk_request_title_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
    )
    op.create_index(op.f("ix_request_centre_id_status_id"), "request", ["centre_id", "status", "id"], unique=False)
    op.create_index(op.f("ix_request_department_code_status_id"), "request", ["department_code", "status", "id"], unique=False)
    op.create_index(op.f("ix_request_session_id"), "request", ["session_id"], unique=False)
    op.create_index(op.f("ix_request_status_id"), "request", ["status", "id"], unique=False)
    op.create_index("uq_request_creation_key", "request", ["creation_key"], unique=True)
    op.create_index(
        "uq_request_one_open_a_session",
        "request",
        ["session_id"],
        unique=True,
        sqlite_where=sa.text("status = 'ouverte' AND session_id IS NOT NULL"),
        postgresql_where=sa.text("status = 'ouverte' AND session_id IS NOT NULL"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER draw_no_{verb.lower()} BEFORE {verb} ON draw BEGIN SELECT RAISE(ABORT, 'draw is append-only'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER draw_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON draw "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_index(
        "uq_request_one_open_a_session",
        table_name="request",
        sqlite_where=sa.text("status = 'ouverte' AND session_id IS NOT NULL"),
        postgresql_where=sa.text("status = 'ouverte' AND session_id IS NOT NULL"),
    )
    op.drop_index("uq_request_creation_key", table_name="request")
    op.drop_index(op.f("ix_request_status_id"), table_name="request")
    op.drop_index(op.f("ix_request_session_id"), table_name="request")
    op.drop_index(op.f("ix_request_department_code_status_id"), table_name="request")
    op.drop_index(op.f("ix_request_centre_id_status_id"), table_name="request")
    op.drop_table("request")
    op.drop_index(
        "ix_notice_unread",
        table_name="notice",
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.drop_index(op.f("ix_notice_account_id_id"), table_name="notice")
    op.drop_table("notice")
    op.drop_index(
        "ix_mail_due", table_name="mail", sqlite_where=sa.text("sent_at IS NULL"), postgresql_where=sa.text("sent_at IS NULL")
    )
    op.drop_index(op.f("ix_mail_account_id_id"), table_name="mail")
    op.drop_table("mail")
    op.drop_index(op.f("ix_letter_reading_account_id"), table_name="letter_reading")
    op.drop_table("letter_reading")
    op.drop_table("signal_note")
    op.drop_index(op.f("ix_draw_department_code_id"), table_name="draw")
    op.drop_table("draw")
    op.drop_table("letter")
    op.drop_table("closing")
    op.drop_column("account", "mailing")
