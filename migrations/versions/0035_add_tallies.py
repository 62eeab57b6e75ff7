"""Sums over the years, kept by the database itself"""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

STATUSES = {
    "preparation": "en_preparation",
    "dte_requested": "demande_dte_envoyee",
    "dte_sent": "dte_envoye",
    "convoked": "convocations_envoyees",
    "results": "resultats_saisis",
    "locked": "verrouillee",
    "cancelled": "annulee",
}
ACTIVE = "'en_preparation', 'demande_dte_envoyee', 'dte_envoye', 'convocations_envoyees'"
OF_SESSIONS, OF_RESULTS = (*STATUSES, "moved", "dated", "waiting"), ("came", "obtained")
COUNTERS = (*OF_SESSIONS, *OF_RESULTS)
KEYS = ("centre_id", "department_code", "title_id", "month")
MOVES = ("centre_id", "department_code", "title_id", "starts_on", "kind")
COUNTED = ("status", "postponed_run_id", "actual_end_on", *MOVES)
OUTCOME = ("session_id", "certificate_id", "outcome", "definitive")


def one(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


def of_session(row: str) -> dict[str, str]:
    moved = f"{row}.postponed_run_id IS NOT NULL"
    return {
        **{name: one(f"{row}.status = '{value}'") for name, value in STATUSES.items()},
        "moved": one(moved),
        "dated": one(f"{moved} AND {row}.actual_end_on IS NOT NULL"),
        "waiting": one(f"{moved} AND {row}.actual_end_on IS NULL AND {row}.status IN ({ACTIVE})"),
    }


def of_result(row: str) -> dict[str, str]:
    counts = f"{row}.certificate_id IS NULL AND {row}.definitive AND {row}.outcome"
    return {"came": one(f"{counts} <> 'absent'"), "obtained": one(f"{counts} = 'titre'")}


def keys_of(row: str, lite: bool) -> tuple[str, str, str, str]:
    month = f"substr({row}.starts_on, 1, 7)" if lite else f"to_char({row}.starts_on, 'YYYY-MM')"
    return f"{row}.centre_id", f"{row}.department_code", f"{row}.title_id", month


def into(counters: Iterable[str]) -> str:
    return f"INSERT INTO tally_change ({', '.join((*KEYS, *counters))})"


def session(row: str, lite: bool, sign: str = "") -> str:
    counted = [f"{sign}({sql})" for sql in of_session(row).values()]
    return f"{into(OF_SESSIONS)} VALUES ({', '.join((*keys_of(row, lite), *counted))});"


def its_results(row: str, lite: bool, sign: str) -> str:
    sums = [f"{sign}sum({sql})" for sql in of_result("r").values()]
    return (
        f"{into(OF_RESULTS)} SELECT {', '.join((*keys_of(row, lite), *sums))} FROM result r "
        f"WHERE r.session_id = {row}.id AND {row}.kind = 'titre' AND ({differ(MOVES, lite)}) GROUP BY r.session_id;"
    )


def result(row: str, lite: bool, sign: str = "") -> str:
    counted = [f"{sign}({sql})" for sql in of_result(row).values()]
    return (
        f"{into(OF_RESULTS)} SELECT {', '.join((*keys_of('s', lite), *counted))} FROM exam_session s "
        f"WHERE s.id = {row}.session_id AND s.kind = 'titre' AND {of_result(row)['came']} = 1;"
    )


def differ(columns: Iterable[str], lite: bool) -> str:
    return " OR ".join(f"NEW.{name} {'IS NOT' if lite else 'IS DISTINCT FROM'} OLD.{name}" for name in columns)


def sqlite() -> dict[str, tuple[str, str]]:
    moved = (session("OLD", True, "-"), session("NEW", True), its_results("OLD", True, "-"), its_results("NEW", True, ""))
    return {
        "session_more": ("INSERT ON exam_session", session("NEW", True)),
        "session_less": ("DELETE ON exam_session", session("OLD", True, "-")),
        "session_moved": (f"UPDATE OF {', '.join(COUNTED)} ON exam_session WHEN {differ(COUNTED, True)}", " ".join(moved)),
        "result_more": ("INSERT ON result WHEN NEW.definitive", result("NEW", True)),
        "result_less": ("DELETE ON result WHEN OLD.definitive", result("OLD", True, "-")),
        "result_moved": (
            f"UPDATE OF {', '.join(OUTCOME)} ON result WHEN {differ(OUTCOME, True)}",
            f"{result('OLD', True, '-')} {result('NEW', True)}",
        ),
    }


FUNCTION = (
    "CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$ BEGIN "
    "IF TG_OP <> 'INSERT' THEN {} END IF; IF TG_OP <> 'DELETE' THEN {} END IF; {}RETURN NULL; END $$"
)


def postgresql() -> tuple[list[str], dict[str, tuple[str, str, str]]]:
    follow = f"IF TG_OP = 'UPDATE' THEN {its_results('OLD', False, '-')} {its_results('NEW', False, '')} END IF; "
    functions = [
        FUNCTION.format("tally_session", session("OLD", False, "-"), session("NEW", False), follow),
        FUNCTION.format("tally_result", result("OLD", False, "-"), result("NEW", False), ""),
    ]
    triggers = {
        "session_more": ("INSERT ON exam_session", "", "session"),
        "session_less": ("DELETE ON exam_session", "", "session"),
        "session_moved": (
            f"UPDATE OF {', '.join(COUNTED)} ON exam_session",
            f"WHEN ({differ(COUNTED, False)}) ",
            "session",
        ),
        "result_more": ("INSERT ON result", "WHEN (NEW.definitive) ", "result"),
        "result_less": ("DELETE ON result", "WHEN (OLD.definitive) ", "result"),
        "result_moved": (f"UPDATE OF {', '.join(OUTCOME)} ON result", f"WHEN ({differ(OUTCOME, False)}) ", "result"),
    }
    return functions, triggers


# ---- what there is already


def fill(lite: bool) -> Iterator[str]:
    """Months of centres and units from the rows; all else from those."""
    columns = f"level, place, period, title_id, {', '.join(COUNTERS)}"
    sums = ", ".join(f"sum(t.{name})" for name in COUNTERS)
    for level, place in (("centre", "CAST(s.centre_id AS varchar(10))"), ("unit", "s.department_code")):
        month = keys_of("s", lite)[3]
        by = f"GROUP BY {place}, {month}, s.title_id"
        counted = []
        for found, rows in (
            (of_session("s"), "exam_session s"),
            (of_result("r"), "result r JOIN exam_session s ON s.id = r.session_id WHERE s.kind = 'titre'"),
        ):
            each = ", ".join(f"{f'sum({found[name]})' if name in found else '0'} AS {name}" for name in COUNTERS)
            counted.append(f"SELECT {place} AS place, {month} AS period, s.title_id AS title_id, {each} FROM {rows} {by}")
        yield (
            f"INSERT INTO tally ({columns}) SELECT '{level}', t.place, t.period, t.title_id, {sums} "
            f"FROM ({' UNION ALL '.join(counted)}) t GROUP BY t.place, t.period, t.title_id"
        )
    for level in ("centre", "unit"):
        for length, source in ((4, 7), (0, 4)):
            yield (
                f"INSERT INTO tally ({columns}) SELECT '{level}', t.place, substr(t.period, 1, {length}), t.title_id, {sums} "
                f"FROM tally t WHERE t.level = '{level}' AND length(t.period) = {source} "
                f"GROUP BY t.place, substr(t.period, 1, {length}), t.title_id"
            )
    yield (
        f"INSERT INTO tally ({columns}) SELECT 'unit', t.place, t.period, 0, {sums} "
        "FROM tally t WHERE t.level = 'unit' GROUP BY t.place, t.period"
    )
    yield (
        f"INSERT INTO tally ({columns}) SELECT 'region', d.region_code, t.period, t.title_id, {sums} "
        "FROM tally t JOIN department d ON d.code = t.place WHERE t.level = 'unit' GROUP BY d.region_code, t.period, t.title_id"
    )
    yield (
        f"INSERT INTO tally ({columns}) SELECT 'nation', '', t.period, t.title_id, {sums} "
        "FROM tally t WHERE t.level = 'region' GROUP BY t.period, t.title_id"
    )


def deposited(columns: list[str]) -> None:
    waits = sa.text("status = 'verrouillee' AND deposited_version <> version AND people_erased_at IS NULL")
    op.drop_index("ix_exam_session_to_deposit", "exam_session")
    op.create_index("ix_exam_session_to_deposit", "exam_session", columns, sqlite_where=waits, postgresql_where=waits)


def counters() -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False, server_default="0") for name in COUNTERS]


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("level", sa.String(6), nullable=False),
        sa.Column("place", sa.String(10), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        *counters(),
        sa.PrimaryKeyConstraint("level", "place", "period", "title_id", name="pk_tally"),
    )
    op.create_table(
        "tally_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("department_code", sa.String(3), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        *counters(),
        sa.PrimaryKeyConstraint("id", name="pk_tally_change"),
    )
    op.create_index("ix_tally_change_department_code", "tally_change", ["department_code"])
    op.create_index("ix_tally_change_centre_id", "tally_change", ["centre_id"])
    op.drop_index("ix_audit_event_session_id_id", "audit_event")
    about = sa.text("session_id IS NOT NULL")
    op.create_index(
        "ix_audit_event_session_id_id", "audit_event", ["session_id", "id"], sqlite_where=about, postgresql_where=about
    )
    op.create_index("ix_exam_session_status_id", "exam_session", ["status", "id"])
    deposited(["status", "id", "ends_on", "actual_end_on"])
    said = sa.text("certificate_id IS NOT NULL")
    op.create_index("ix_result_certificate_id", "result", ["certificate_id"], sqlite_where=said, postgresql_where=said)
    op.create_index("ix_signal_note_department_code_id", "signal_note", ["department_code", "id"])
    lite = op.get_bind().dialect.name == "sqlite"
    for statement in fill(lite):
        op.execute(sa.text(statement))
    if lite:
        for name, (when, what) in sqlite().items():
            op.execute(f"CREATE TRIGGER tally_{name} AFTER {when} BEGIN {what} END")
        return
    functions, triggers = postgresql()
    for statement in functions:
        op.execute(statement)
    for name, (when, only, function) in triggers.items():
        op.execute(f"CREATE TRIGGER tally_{name} AFTER {when} FOR EACH ROW {only}EXECUTE FUNCTION tally_{function}()")


def downgrade() -> None:
    lite = op.get_bind().dialect.name == "sqlite"
    for name in sqlite():
        op.execute(
            f"DROP TRIGGER tally_{name}" + ("" if lite else f" ON {'result' if name.startswith('result') else 'exam_session'}")
        )
    if not lite:
        op.execute("DROP FUNCTION tally_session()")
        op.execute("DROP FUNCTION tally_result()")
    op.drop_index("ix_signal_note_department_code_id", "signal_note")
    op.drop_index("ix_result_certificate_id", "result")
    op.drop_index("ix_exam_session_status_id", "exam_session")
    deposited(["id", "ends_on", "actual_end_on"])
    op.drop_index("ix_audit_event_session_id_id", "audit_event")
    op.create_index("ix_audit_event_session_id_id", "audit_event", ["session_id", "id"])
    op.drop_table("tally_change")
    op.drop_table("tally")
