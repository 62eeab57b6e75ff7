"""Private links of candidates and of members of juries; mails to people without an account"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import alter_table

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

SEEN = (
    "CASE WHEN (SELECT current_setting('portal.reach', true) = 'all') THEN true "
    "ELSE (SELECT true FROM exam_session WHERE exam_session.id = personal_link.session_id) END"
)


def upgrade() -> None:
    op.create_table(
        "personal_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer()),
        sa.Column("member_id", sa.Integer()),
        sa.Column("nonce", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime()),
        sa.Column("message_id", sa.String(60)),
        sa.Column("handed_at", sa.DateTime()),
        sa.Column("opened_at", sa.DateTime()),
        sa.Column("answer", sa.String(3)),
        sa.Column("answered_at", sa.DateTime()),
        sa.CheckConstraint("(candidate_id IS NULL) <> (member_id IS NULL)", name="ck_personal_link_of_one_person"),
        sa.CheckConstraint("answer IN ('oui', 'non')", name="ck_personal_link_answer_known"),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="ck_personal_link_answer_whole"),
        sa.ForeignKeyConstraint(["session_id"], ["exam_session.id"], name="fk_personal_link_session_id"),
        sa.ForeignKeyConstraint(
            ["candidate_id", "session_id"],
            ["candidate.id", "candidate.session_id"],
            name="fk_personal_link_candidate_id_session_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "member_id"],
            ["session_jury.session_id", "session_jury.member_id"],
            name="fk_personal_link_session_id_member_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_personal_link"),
        sa.UniqueConstraint("candidate_id", name="uq_personal_link_candidate_id"),
        sa.UniqueConstraint("digest", name="uq_personal_link_digest"),
        sa.UniqueConstraint("session_id", "member_id", name="uq_personal_link_session_id_member_id"),
    )
    op.create_index("ix_personal_link_session_id_id", "personal_link", ["session_id", "id"])
    if op.get_bind().dialect.name != "sqlite":
        op.execute("ALTER TABLE personal_link ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY personal_link_wall ON personal_link USING ({SEEN})")
    alter_table(
        "mail",
        constraints={"ck_mail_to_somebody": "CHECK (account_id IS NOT NULL OR address IS NOT NULL)"},
        nullable=["account_id"],
    )


def downgrade() -> None:
    op.drop_table("personal_link")
    alter_table("mail", constraints={"ck_mail_to_somebody": None})
