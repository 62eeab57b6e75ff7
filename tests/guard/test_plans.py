"""On twenty thousand sessions: how many queries a page asks, and that none of them reads a whole table. Plans, not times."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from portal.app import create_app
from portal.clock import Clock
from portal.demo import bulk, data
from portal.demo.data import PASSWORD
from portal.demo.load import load
from portal.features.measures.catalogue import find
from portal.features.measures.plan import plan, samples
from portal.features.standing.checking import verify
from portal.settings import DEMO_DAY, Settings
from portal.store.actors import Occasion, Source, operator
from portal.store.database import Database
from portal.store.serving import let_serve
from portal.store.work import Work
from tests.conftest import EMPTY
from tests.support.postgres import SERVES, as_owner, created
from tests.support.schema import differences, of_the_models, shape
from tests.support.server import SECRET, settings_in
from tests.support.world import Browser

SESSIONS = 20_000
PAGES = {
    # The day's page and /demandes weigh the requests that wait, all at once: the same number of questions for one request as for ten.
    "/": 14, "/demandes": 9, "/avis": 4, "/sessions": 4, "/sessions?vue=a-faire": 4, "/sessions?vue=en-retard": 4, "/sessions?vue=reportees": 4, "/sessions?tri=debut": 4,
    "/sessions?tri=fin&ordre=croissant": 4, "/sessions?statut=verrouillee": 4, "/sessions?q=thi+huong+nguyen": 12,
    "/sessions?q=300500": 8, "/sessions?q=3005": 8, "/sessions?q=3005&tri=debut": 8, "/sessions/224565": 11, "/calendrier": 4,
}  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def volume(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    if request.param == "sqlite":
        db = grown(request.getfixturevalue("loaded_demonstration"), tmp_path_factory.mktemp("volume"), SESSIONS)
        yield db
    else:  # behind the walls, as it is served in production
        request.getfixturevalue("postgres_template")
        base, name = request.getfixturevalue("postgres"), f"volume_{uuid4().hex}"
        created(request.getfixturevalue("over_all"), name, EMPTY)
        db = Database(f"{base}/{name}", Settings("demo", "", SECRET, DEMO_DAY).audit_key)
        assert load(db, DEMO_DAY, "UD", SESSIONS, lambda items, label: items) == SESSIONS
        assert let_serve(db, SERVES) == [SERVES]
        served = Database(db.url.set(username=SERVES).render_as_string(hide_password=False), db.audit_key)
        yield served.seen_by(operator())
        served.dispose()
    db.dispose()


def grown(loaded: Path, folder: Path, sessions: int) -> Database:
    """A copy of the loaded demonstration, with so many sessions in all."""
    settings = settings_in(folder)
    shutil.copy(loaded, folder / "demo.sqlite")
    db = Database(settings.database_url, settings.audit_key)
    with db.reading() as conn:
        there, titles = (conn.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() for name in ("exam_session", "title"))
    assert there and titles
    work = Work(db, Occasion(operator(), Source.CLI, Clock(DEMO_DAY).now(), DEMO_DAY))
    in_use = titles - len({data.EXPIRED, data.PROLONGED})
    assert bulk.load(work, sessions - there, in_use, data.FIRST, lambda items, label: items) == sessions - there
    return db


class Watched:
    """A signed-in person whose queries are kept, with their plans."""

    def __init__(self, db: Database, who: str) -> None:
        settings = Settings("demo", db.url.render_as_string(hide_password=False), SECRET, DEMO_DAY)
        self.app = create_app(settings, Clock(DEMO_DAY))
        self.engine = self.app.extensions["portal_db"].engine
        self.is_sqlite = db.is_sqlite
        self.browser = Browser(self.app.test_client())
        self.browser.sign_in(f"{who}@demo.example", PASSWORD)
        self.asked: list[tuple[str, Any]] = []
        event.listen(self.engine, "before_cursor_execute", lambda c, cur, sql, values, *rest: self.asked.append((sql, values)))

    def plans(self, path: str) -> list[str]:
        self.asked.clear()
        assert self.browser.get(path).status_code == 200, path
        return [
            self._plan(sql, values)
            for sql, values in list(self.asked)
            if sql.lstrip().startswith("SELECT") and "set_config(" not in sql
        ]

    def _plan(self, sql: str, values: Any) -> str:
        with self.engine.connect() as conn:
            if not self.is_sqlite:
                conn.exec_driver_sql(
                    "SET enable_seqscan = off"
                )  # a whole scan is then chosen only where nothing else is possible
            rows = conn.exec_driver_sql(("EXPLAIN QUERY PLAN " if self.is_sqlite else "EXPLAIN ") + sql, values).all()
        return "\n".join(str(row[-1]) for row in rows)

    def close(self) -> None:
        self.app.extensions["portal_db"].dispose()


# SQLite walks a table in the order of its numbers where a page wants the newest fifty: that stops at fifty. Elsewhere it is a full scan.
WHOLE = re.compile(r"^SCAN (exam_session|candidate|audit_event|result)\b(?!.*USING)", re.MULTILINE)
WHOLE_PG = re.compile(r"Seq Scan on (exam_session|candidate|audit_event|result)\b")


@pytest.mark.parametrize("who", ["ud94", "centre"])
def test_no_page_reads_a_whole_table(volume: Database, who: str) -> None:
    person = Watched(volume, who)
    for path, most in PAGES.items():
        if who == "centre" and path == "/sessions/224565":
            most += 1
        plans = person.plans(path)
        assert len(plans) <= most, (path, len(plans))
        for told in plans:
            assert not (WHOLE if volume.is_sqlite else WHOLE_PG).search(told), (path, told)
    person.close()


@pytest.mark.parametrize("who", ["region-idf", "national"])
def test_the_widest_scopes_stop_at_a_page(volume: Database, who: str) -> None:
    person = Watched(volume, who)
    for path in (
        "/sessions",
        "/sessions?tri=debut",
        "/sessions?tri=fin",
        "/sessions?q=300500",
        "/sessions?q=3005",
        "/sessions?q=3005&tri=fin",
    ):
        for told in person.plans(path):
            if WHOLE.search(told):
                assert "USE TEMP B-TREE FOR ORDER BY" not in told.split("LIST SUBQUERY")[-1].split("SEARCH")[0], (path, told)
            assert not WHOLE_PG.search(told), (path, told)
    person.close()


# PostgreSQL merges them as well where they are many; the few hundred that are here it sorts.
@pytest.mark.parametrize("volume", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["/sessions", "/sessions?tri=debut", "/sessions?tri=fin&ordre=croissant"])
def test_a_regions_departments_are_read_along_their_indexes_and_merged(volume: Database, path: str) -> None:
    person = Watched(volume, "region-idf")
    (told,) = (plan for plan in person.plans(path) if "UNION ALL" in plan)
    walked = told.split("MERGE (UNION ALL)", 1)[1].split("SCAN anon_1")[0]
    assert walked.count("INDEX ix_exam_session_department_code_") == 8 and "TEMP B-TREE" not in walked, told
    person.close()


# Who owes signed minutes, looked up session by session in the rows: as many steps of the database's machine as along an index that
# holds all that is asked, so that test_flat does not see it; but each row is a page of the file.
FROM_ROWS = re.compile(
    r"exam_session USING INDEX.*\nCORRELATED.*\nSEARCH minutes|SEARCH minutes.*\nSEARCH exam_session USING INDEX"
)


# PostgreSQL's plans do not tell in one line what is asked of what.
@pytest.mark.parametrize("volume", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", ["ud94", "centre"])
def test_who_owes_minutes_is_told_along_an_index(volume: Database, who: str) -> None:
    person = Watched(volume, who)
    for path in ("/sessions", "/sessions?vue=a-faire", "/sessions?vue=pv-attendus"):
        told = [plan.partition("LIST SUBQUERY")[2] or plan for plan in person.plans(path) if "SEARCH minutes" in plan]
        assert len(told) == 2 and not any(FROM_ROWS.search(plan) for plan in told), (path, told)
    person.close()


def test_a_dry_run_counts_what_it_would_move_and_shows_twenty_of_each(volume: Database) -> None:
    measure, _ = find("confinement-2020")
    with volume.reading() as conn:
        found, shown = plan(conn, measure, date(2020, 6, 15)), samples(conn, measure)
    assert found.touched > SESSIONS // 12 and found.total == SESSIONS
    assert len(shown["+2c"]) == len(shown["+2d"]) == 20 and all(len(rows) <= 20 for rows in shown.values())


def test_the_volume_is_the_same_each_time(sqlite_template: Path, loaded_demonstration: Path, tmp_path: Path) -> None:
    """Loaded whole, and on top of what another process has loaded."""
    settings = settings_in(tmp_path)
    shutil.copy(sqlite_template / EMPTY, tmp_path / "demo.sqlite")
    whole = Database(settings.database_url, settings.audit_key)
    load(whole, DEMO_DAY, "UD", 1_000, lambda items, label: items)
    (tmp_path / "other").mkdir()
    told = []
    for db in (whole, grown(loaded_demonstration, tmp_path / "other", 1_000)):
        with db.reading() as conn:
            sessions = "SELECT id, centre_id, title_id, starts_on, ends_on, status FROM exam_session ORDER BY id"
            people = "SELECT session_id, last_name, first_name, born_on FROM candidate ORDER BY id"
            told.append((conn.exec_driver_sql(sessions).all(), conn.exec_driver_sql(people).all()))
        with db.snapshot() as conn:
            assert verify(conn, db.audit_key).broken is None
        db.dispose()
    assert told[0] == told[1] and len(told[0][0]) == 1_000


def test_a_load_in_a_hurry_leaves_every_index_and_trigger_as_it_was(volume: Database) -> None:
    with as_owner(volume) as own:
        assert differences(of_the_models(own), shape(own)) == {}
