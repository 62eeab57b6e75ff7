"""What one test leaves in its database of PostgreSQL is gone for the next (tests/support/kept.py)."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine

from portal.store.database import Database
from tests.conftest import KEY, SMALL, served
from tests.support.kept import Kept
from tests.support.settled import settled

Rows = dict[str, tuple[object, ...] | None]


@pytest.fixture
def kept(over_all: psycopg.Connection, postgres: str, postgres_kept: object) -> Iterator[Kept]:
    one = Kept(over_all, postgres, SMALL)
    yield one
    one.drop()


def rows(kept: Kept) -> Rows:
    """Of every table how many rows it has, and a sum over all that they say; of every sequence what it gave last."""
    tables = kept.conn.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    sums = "SELECT count(*), sum(hashtextextended(t::text, 0)) FROM public.{} t"
    told: Rows = {name: kept.conn.execute(sums.format(name)).fetchone() for (name,) in tables.fetchall()}
    given = kept.conn.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
    return told | {name: (last,) for name, last in given.fetchall()}


def test_whatever_was_written_the_next_finds_what_the_first_found(kept: Kept, postgres_template: Path) -> None:
    before = rows(kept)
    for _ in range(2):
        world = settled(served(Database(kept.url, KEY)), postgres_template)
        world.session(101, "20/03/2020", "26/03/2020")
        world.measure()
        world.browser("centre").get("/sessions/101")
        world.close()
        world.db.dispose()
        after = rows(kept)
        changed = {name for name in after if after[name] != before[name]}
        assert {"exam_session", "candidate", "audit_event", "measure_run", "measure_run_id_seq"} <= changed, changed
        assert kept.put_back()
        assert rows(kept) == before


@pytest.mark.parametrize("by_hand", ["", "SET session_replication_role = replica"], ids=["as others", "past all triggers"])
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE exam_session DISABLE TRIGGER ALL",
        "CREATE TABLE stray (one text)",
        "DROP INDEX ix_exam_session_views",
        "GRANT SELECT ON exam_session TO serves",
        "ANALYZE",
    ],
)
def test_a_database_that_is_not_as_it_was_made_serves_no_other_test(kept: Kept, statement: str, by_hand: str) -> None:
    engine = create_engine(kept.url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as conn:
        conn.exec_driver_sql(f"{by_hand}; {statement}".removeprefix("; "))
    engine.dispose()
    assert not kept.put_back()


def test_where_somebody_is_still_at_work_no_other_test_comes_in(kept: Kept) -> None:
    assert kept.put_back()
    with psycopg.connect(kept.url):
        assert not kept.put_back()


def test_a_connection_that_is_closed_serves_the_next_and_keeps_nothing(kept: Kept) -> None:
    pids = []
    for _ in range(2):
        engine = create_engine(kept.url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as conn:
            pids.append(conn.exec_driver_sql("SELECT pg_backend_pid()").scalar())
            assert conn.exec_driver_sql("SHOW lock_timeout").scalar() == "0"
            assert conn.exec_driver_sql("SELECT pg_try_advisory_lock(1)").scalar()
            conn.exec_driver_sql("SET lock_timeout = '1s'")
            conn.commit()
        engine.dispose()
        assert kept.put_back()
        assert kept.conn.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone() == (0,)
    assert pids[0] == pids[1]
