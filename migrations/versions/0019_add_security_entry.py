"""The security journal: who came, was refused, looked and took away, from where; it grows, counts, and lets go of what is old"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KINDS = [
    "signed_in",
    "wrong_password",
    "slowed",
    "wrong_code",
    "no_account",
    "foreign",
    "missing",
    "exported",
    "looked",
    "changed",
]
KEPT = ["id", "key", "kind", "first_at", "account_id", "about_id", "event_id", "subject", "address", "device"]
SQLITE = (
    "CREATE TRIGGER security_entry_counts BEFORE UPDATE ON security_entry "
    f"WHEN NEW.times <= OLD.times OR {' OR '.join(f'NEW.{name} IS NOT OLD.{name}' for name in KEPT)} "
    "BEGIN SELECT RAISE(ABORT, 'security_entry is append-only'); END",
    "CREATE TRIGGER security_entry_stays BEFORE DELETE ON security_entry WHEN OLD.last_at > datetime('now', '-6 months') "
    "BEGIN SELECT RAISE(ABORT, 'security_entry is append-only'); END",
    "CREATE TRIGGER security_entry_no_replace BEFORE INSERT ON security_entry "
    "WHEN EXISTS (SELECT 1 FROM security_entry WHERE id = NEW.id OR key = NEW.key) "
    "BEGIN SELECT RAISE(ABORT, 'security_entry is append-only'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION keep_security_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF TG_OP = 'DELETE' AND OLD.last_at <= (now() AT TIME ZONE 'utc') - interval '6 months' THEN RETURN OLD; "
    f"ELSIF TG_OP = 'UPDATE' AND NEW.times > OLD.times AND ROW({', '.join(f'NEW.{name}' for name in KEPT)}) "
    f"IS NOT DISTINCT FROM ROW({', '.join(f'OLD.{name}' for name in KEPT)}) THEN RETURN NEW; END IF; "
    "RAISE EXCEPTION 'security_entry is append-only'; END $$",
    "CREATE TRIGGER security_entry_grows BEFORE UPDATE OR DELETE ON security_entry "
    "FOR EACH ROW EXECUTE FUNCTION keep_security_entry()",
    "CREATE TRIGGER security_entry_stays BEFORE TRUNCATE ON security_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
)


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "security_entry",
        sa.Column("id", big, primary_key=True),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id", name="fk_security_entry_account_id")),
        sa.Column("about_id", sa.Integer(), sa.ForeignKey("account.id", name="fk_security_entry_about_id")),
        sa.Column("event_id", big, sa.ForeignKey("audit_event.id", name="fk_security_entry_event_id")),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("device", sa.String(60), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_security_entry"),
        sa.UniqueConstraint("key", name="uq_security_entry_key"),
        sa.CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name="ck_security_entry_kind_known"),
        sa.CheckConstraint("times > 0", name="ck_security_entry_times_positive"),
    )
    for columns in (
        ["first_at", "id"],
        ["kind", "first_at", "id"],
        ["account_id", "first_at", "id"],
        ["about_id", "first_at", "id"],
    ):
        op.create_index(f"ix_security_entry_{'_'.join(columns)}", "security_entry", columns)
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("security_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION keep_security_entry()")
