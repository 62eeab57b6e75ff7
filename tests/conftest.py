"""Both databases for every test that needs one: SQLite in a file, PostgreSQL from its own package, one database a test."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from portal.store import migrate
from portal.store.database import Database
from tests.support.postgres import Cluster
from tests.support.world import World

KEY = b"a key for tests"


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.cluster = Cluster()  # type: ignore[attr-defined]


def pytest_configure_node(node) -> None:  # type: ignore[no-untyped-def]
    node.workerinput["pg"] = node.config.cluster.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "cluster"):
        config.cluster.stop()


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> str:
    """The address of the one PostgreSQL of this run, up to the name of the database."""
    given = getattr(request.config, "workerinput", {}).get("pg")
    return given or request.config.cluster.start()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.sqlite"
    db = Database(f"sqlite:///{path}", KEY)
    migrate.upgrade(db)
    with db.engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> str:
    name = f"template_{uuid4().hex}"
    with psycopg.connect(postgres + "/postgres", autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name}")
    db = Database(f"{postgres}/{name}", KEY)
    migrate.upgrade(db)
    db.dispose()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        path = tmp_path / "portal.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        template, base = request.getfixturevalue("postgres_template"), request.getfixturevalue("postgres")
        name = f"test_{uuid4().hex}"
        with psycopg.connect(base + "/postgres", autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        url = f"{base}/{name}"
    database = Database(url, KEY)
    yield database
    database.dispose()
    if request.param == "postgresql":
        with psycopg.connect(request.getfixturevalue("postgres") + "/postgres", autocommit=True) as conn:
            conn.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def world(db: Database) -> World:
    """Two centres, two titles, an account of each role; the day is 15/06/2020."""
    return World(db, date(2020, 6, 15))
