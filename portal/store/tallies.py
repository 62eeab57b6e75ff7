"""Sums over the years, kept by the database itself: how many sessions and how they stand, who came and who obtained the title.

Whatever changes a session or a definitive result leaves a row in `tally_change`, in the same transaction; rows are only added, so
that nobody waits for another's. The worker adds them up into `tally` (store.summing); whoever asks for a sum adds both.
"""

from sqlalchemy import Column, Index, Integer, String, Table

from portal.rules.lifecycle import ACTIVE, Kind, Status
from portal.rules.outcomes import Outcome
from portal.store.base import BigId, metadata
from portal.store.triggers import also

STATUSES = {status: status.name.lower() for status in Status}
OF_SESSIONS = (*STATUSES.values(), "moved", "dated", "waiting")
OF_RESULTS = ("came", "obtained")
COUNTERS = (*OF_SESSIONS, *OF_RESULTS)
KEYS = ("centre_id", "department_code", "title_id", "month")  # of a change: `month` of its start, « 2020-06 »
EVERYTHING = ""  # the period of all years; the others are « 2020 » and « 2020-06 »
ALL_TITLES = 0
# Levels; the place is its number or code, of the nation empty.
CENTRE, UNIT, REGION, NATION = "centre", "unit", "region", "nation"

tally = Table(
    "tally",
    metadata,
    Column("level", String(6), primary_key=True),
    Column("place", String(10), primary_key=True),
    Column("period", String(7), primary_key=True),
    Column("title_id", Integer, primary_key=True, autoincrement=False),  # 0: of all titles; a centre has them title by title
    *(Column(name, Integer, nullable=False, server_default="0") for name in COUNTERS),
)

tally_change = Table(
    "tally_change",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("centre_id", Integer, nullable=False),
    Column("department_code", String(3), nullable=False),
    Column("title_id", Integer, nullable=False),
    Column("month", String(7), nullable=False),
    *(Column(name, Integer, nullable=False, server_default="0") for name in COUNTERS),
    Index(None, "department_code"),
    Index(None, "centre_id"),
)


def _one(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


def of_session(row: str) -> dict[str, str]:
    """What a session (a row of exam_session under this name) adds to each counter, as SQL."""
    moved = f"{row}.postponed_run_id IS NOT NULL"
    active = ", ".join(f"'{status.value}'" for status in ACTIVE)
    return {
        **{name: _one(f"{row}.status = '{status.value}'") for status, name in STATUSES.items()},
        "moved": _one(moved),
        "dated": _one(f"{moved} AND {row}.actual_end_on IS NOT NULL"),
        "waiting": _one(f"{moved} AND {row}.actual_end_on IS NULL AND {row}.status IN ({active})"),
    }


def of_result(row: str) -> dict[str, str]:
    """What a row of result adds, as SQL: those alone count that say the outcome of a title, for good. Its session is of a title."""
    counts = f"{row}.certificate_id IS NULL AND {row}.definitive AND {row}.outcome"
    return {"came": _one(f"{counts} <> '{Outcome.ABSENT.value}'"), "obtained": _one(f"{counts} = '{Outcome.TITLE.value}'")}


def keys_of(row: str, dialect: str) -> tuple[str, ...]:
    """Where a session counts, as SQL, in the order of KEYS."""
    month = f"substr({row}.starts_on, 1, 7)" if dialect == "sqlite" else f"to_char({row}.starts_on, 'YYYY-MM')"
    return f"{row}.centre_id", f"{row}.department_code", f"{row}.title_id", month


# ---- what the database does by itself

_MOVES = ("centre_id", "department_code", "title_id", "starts_on", "kind")
_COUNTED = ("status", "postponed_run_id", "actual_end_on", *_MOVES)
_OUTCOME = ("session_id", "certificate_id", "outcome", "definitive")


def _into(*counters: str) -> str:
    return f"INSERT INTO tally_change ({', '.join((*KEYS, *counters))})"


def _session(row: str, dialect: str, sign: str = "") -> str:
    counted = [f"{sign}({sql})" for sql in of_session(row).values()]
    return f"{_into(*OF_SESSIONS)} VALUES ({', '.join((*keys_of(row, dialect), *counted))});"


def _its_results(row: str, dialect: str, sign: str) -> str:
    """Those of a session go with it, to where it counts from now on."""
    sums = [f"{sign}sum({sql})" for sql in of_result("r").values()]
    return (
        f"{_into(*OF_RESULTS)} SELECT {', '.join((*keys_of(row, dialect), *sums))} FROM result r "  # noqa: S608
        f"WHERE r.session_id = {row}.id AND {row}.kind = '{Kind.TITLE.value}' AND ({_differ(_MOVES, dialect)}) GROUP BY r.session_id;"
    )


def _result(row: str, dialect: str, sign: str = "") -> str:
    counted = [f"{sign}({sql})" for sql in of_result(row).values()]
    return (
        f"{_into(*OF_RESULTS)} SELECT {', '.join((*keys_of('s', dialect), *counted))} FROM exam_session s "  # noqa: S608
        f"WHERE s.id = {row}.session_id AND s.kind = '{Kind.TITLE.value}' AND {of_result(row)['came']} = 1;"
    )


def _differ(columns: tuple[str, ...], dialect: str) -> str:
    other = "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"
    return " OR ".join(f"NEW.{name} {other} OLD.{name}" for name in columns)


def _sqlite() -> list[str]:
    d, made = "sqlite", "CREATE TRIGGER tally_{} AFTER {} BEGIN {} END"
    moved = (_session("OLD", d, "-"), _session("NEW", d), _its_results("OLD", d, "-"), _its_results("NEW", d, ""))
    of = f"UPDATE OF {', '.join(_COUNTED)} ON exam_session WHEN {_differ(_COUNTED, d)}"
    decided = f"UPDATE OF {', '.join(_OUTCOME)} ON result WHEN {_differ(_OUTCOME, d)}"
    return [
        made.format("session_more", "INSERT ON exam_session", _session("NEW", d)),
        made.format("session_less", "DELETE ON exam_session", _session("OLD", d, "-")),
        made.format("session_moved", of, " ".join(moved)),
        made.format("result_more", "INSERT ON result WHEN NEW.definitive", _result("NEW", d)),
        made.format("result_less", "DELETE ON result WHEN OLD.definitive", _result("OLD", d, "-")),
        made.format("result_moved", decided, f"{_result('OLD', d, '-')} {_result('NEW', d)}"),
    ]


def _postgresql() -> list[str]:
    """In the name of who owns the tables: a session that the wall hides counts all the same."""
    d = "postgresql"
    made = (
        "CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$ BEGIN "
        "IF TG_OP <> 'INSERT' THEN {} END IF; IF TG_OP <> 'DELETE' THEN {} END IF; {}RETURN NULL; END $$"
    )
    follow = f"IF TG_OP = 'UPDATE' THEN {_its_results('OLD', d, '-')} {_its_results('NEW', d, '')} END IF; "
    call = "CREATE TRIGGER tally_{} AFTER {} FOR EACH ROW {}EXECUTE FUNCTION tally_{}()"
    return [
        made.format("tally_session", _session("OLD", d, "-"), _session("NEW", d), follow),
        made.format("tally_result", _result("OLD", d, "-"), _result("NEW", d), ""),
        call.format("session_more", "INSERT ON exam_session", "", "session"),
        call.format("session_less", "DELETE ON exam_session", "", "session"),
        call.format(
            "session_moved", f"UPDATE OF {', '.join(_COUNTED)} ON exam_session", f"WHEN ({_differ(_COUNTED, d)}) ", "session"
        ),
        call.format("result_more", "INSERT ON result", "WHEN (NEW.definitive) ", "result"),
        call.format("result_less", "DELETE ON result", "WHEN (OLD.definitive) ", "result"),
        call.format("result_moved", f"UPDATE OF {', '.join(_OUTCOME)} ON result", f"WHEN ({_differ(_OUTCOME, d)}) ", "result"),
    ]


also("sqlite", *_sqlite())
also("postgresql", *_postgresql())
