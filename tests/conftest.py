"""Both databases for every test that needs one: SQLite in a file, PostgreSQL from its own package, one database for a worker's tests."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from time import monotonic
from types import ModuleType
from typing import Any

import psycopg
import pytest
from alembic import util as revisions
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine.default import DefaultDialect
from werkzeug.routing import Rule
from xdist.workermanage import WorkerController

from portal.clock import PARIS, Clock
from portal.features.accounts import passwords
from portal.store import database, migrate, serving
from portal.store.actors import operator
from portal.store.database import Database
from tests.support.kept import Kept, connections_kept
from tests.support.once import once
from tests.support.places import quick_folder
from tests.support.plain import PlainClient
from tests.support.postgres import SERVES, Cluster, created
from tests.support.server import load_demonstration
from tests.support.settled import DAY, settle, settled
from tests.support.world import World

pytest_plugins = ["tests.support.browsing", "tests.support.collecting"]
KEY = b"a key for tests"
CACHED = 5_000  # statements of all rooms: an application of one process asks fewer of them
EMPTY, SMALL = "empty", "small"
CLUSTER = pytest.StashKey[Cluster]()
BEGAN = "TESTS_BEGAN"  # the moment of the run's first test, on the clock that only goes on, to all its processes


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ[BEGAN] = str(monotonic())
        config.stash[CLUSTER] = Cluster()
        if folder := quick_folder():
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    node.workerinput["pg"] = node.config.stash[CLUSTER].start()


def pytest_unconfigure(config: pytest.Config) -> None:
    if CLUSTER in config.stash:
        config.stash[CLUSTER].stop()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run, the same for all its workers; TESTS_SHARED: one that several runs have in common."""
    if given := os.environ.get("TESTS_SHARED"):
        return Path(given)
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session", autouse=True)
def statements_compiled_once() -> Iterator[None]:
    """Each test has an engine of its own, so its statements would all be compiled anew, a sixth of its time: what one engine has
    compiled serves the next of the same kind."""
    compiled: dict[str, Any] = {}

    def shared(*given: Any, **more: Any) -> Engine:
        engine = create_engine(*given, query_cache_size=CACHED, **more)
        engine._compiled_cache = compiled.setdefault(engine.dialect.name, engine._compiled_cache)
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DefaultDialect, "__eq__", lambda a, b: type(a) is type(b))
        patch.setattr(DefaultDialect, "__hash__", lambda a: hash(type(a)))
        patch.setattr(database, "create_engine", shared)
        yield


@pytest.fixture(scope="session", autouse=True)
def addresses_compiled_once() -> Iterator[None]:
    """The same for the addresses of each application: they are read once, and known to the maps of all."""
    known: dict[str, dict[str, Any]] = {}
    compile_ = Rule.compile
    made = ("_parts", "_trace", "_converters", "arguments", "_build", "_build_unknown")

    def once_compiled(rule: Rule) -> None:
        key = f"{rule.rule} {rule.defaults}"
        if key not in known:
            compile_(rule)
            known[key] = {name: getattr(rule, name) for name in made}
        rule.__dict__.update(known[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", once_compiled)
        yield


@pytest.fixture(scope="session", autouse=True)
def migrations_read_once() -> Iterator[None]:
    """Whoever migrates a database reads every revision anew, a twentieth of all time: a file that is as it was is read once."""
    load = revisions.load_python_file
    known: dict[tuple[str, int], ModuleType] = {}

    def once_read(folder: str | os.PathLike[str], name: str) -> ModuleType:
        file = Path(folder, name)
        if name == "env.py":  # is run each time
            return load(folder, name)
        key = str(file), file.stat().st_mtime_ns
        if key not in known:
            known[key] = load(folder, name)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(revisions, "load_python_file", once_read)
        yield


@pytest.fixture(scope="session", autouse=True)
def every_run_begins_at_seven() -> Iterator[None]:
    """The demonstration has the time of day of whoever looks: a test that is green in the morning was red in the afternoon, when
    what one of its people did at its nine o'clock was not yet due. Here each fixed day goes on from seven."""
    now = Clock.now

    def since_seven(clock: Clock) -> datetime:
        if clock.fixed_day is None:
            return now(clock)
        return datetime.combine(clock.fixed_day, time(7), PARIS) + timedelta(seconds=monotonic() - float(os.environ[BEGAN]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Clock, "now", since_seven)
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Argon2 at its cheapest: what a password costs in production is measured apart (tests/features/test_passwords.py)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patch.setattr(passwords, "_NOBODY", passwords.hash_of("nobody has this password"))
        yield


@pytest.fixture(scope="session", autouse=True)
def pages_read_plainly() -> Iterator[None]:
    """Tests read « : », whether or not the line may break there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "test_client_class", PlainClient)
        yield


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once(shared: Path) -> Iterator[None]:
    """Every test makes an application of its own; the templates are compiled once for all of them."""
    folder = shared / "templates"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", FileSystemBytecodeCache(str(folder)))
        yield


@pytest.fixture(scope="session")
def loaded_demonstration(shared: Path) -> Path:
    """The database of the demonstration: read it, or walk in a copy."""
    return once(shared / "demonstration", load_demonstration) / "demo.sqlite"


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> str:
    """The address of the one PostgreSQL of this run, up to the name of the database."""
    given = getattr(request.config, "workerinput", {}).get("pg")
    return given or request.config.stash[CLUSTER].start()


@pytest.fixture(scope="session")
def sqlite_template(shared: Path) -> Path:
    """A folder with the empty database, and the one of the small world."""

    def make(folder: Path) -> None:
        empty, small = folder / EMPTY, folder / SMALL
        db = Database(f"sqlite:///{empty}", KEY)
        migrate.upgrade(db)
        folded(db)
        shutil.copy(empty, small)
        db = Database(f"sqlite:///{small}", KEY)
        settle(db, folder)
        folded(db)

    return once(shared / "sqlite", make)


def bare(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("bare") is not None


def folded(db: Database) -> None:
    """All of it in its one file."""
    with db.engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.dispose()


@pytest.fixture(scope="session")
def postgres_template(shared: Path, postgres: str, over_all: psycopg.Connection) -> Path:
    """A folder that tells of the empty database, and the one of the small world."""

    def make(folder: Path) -> None:
        created(over_all, EMPTY)
        db = Database(f"{postgres}/{EMPTY}", KEY)
        migrate.upgrade(db)
        with db.writing() as tx:
            serving.grant(tx, SERVES)
        db.dispose()
        created(over_all, SMALL, EMPTY)
        db = served(Database(f"{postgres}/{SMALL}", KEY))
        settle(db, folder)
        db.dispose()

    return once(shared / "postgresql", make)


@pytest.fixture(scope="session")
def over_all(postgres: str) -> Iterator[psycopg.Connection]:
    """Where databases are made and dropped, for each test one: a connection costs as much as the dropping."""
    with psycopg.connect(postgres + "/postgres", autocommit=True) as conn:
        yield conn


@pytest.fixture(scope="session")
def postgres_kept(postgres_template: Path) -> Iterator[dict[str, Kept]]:
    """The databases of PostgreSQL that this worker's tests have one after the other, by what they were made from."""
    with connections_kept():
        made: dict[str, Kept] = {}
        yield made
        for one in made.values():
            one.drop()


def served(db: Database) -> Database:
    """On PostgreSQL, as a role that owns nothing, so that the walls stand before every act and every page."""
    return db if db.is_sqlite else Database(db.url.set(username=SERVES).render_as_string(hide_password=False), KEY)


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database; of a test that has a world, the one of that world."""
    template = SMALL if "world" in request.fixturenames and not bare(request) else EMPTY
    if request.param == "sqlite":
        path = tmp_path / "portal.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template") / template, path)
        url = f"sqlite:///{path}"
    else:
        kept: dict[str, Kept] = request.getfixturevalue("postgres_kept")
        if template not in kept:
            kept[template] = Kept(request.getfixturevalue("over_all"), request.getfixturevalue("postgres"), template)
        url = kept[template].url
    db = Database(url, KEY)
    yield db
    db.dispose()
    if request.param == "postgresql" and not kept[template].put_back():
        kept.pop(template).drop()


@pytest.fixture
def world(request: pytest.FixtureRequest, db: Database) -> Iterator[World]:
    """Two centres, a title, an account of each role, signed in once each; the day is 15/06/2020. `@pytest.mark.bare`: nobody
    has an account yet."""
    kept = request.getfixturevalue("sqlite_template" if db.is_sqlite else "postgres_template")
    at_work = served(db)
    yield World(at_work.seen_by(operator()), DAY) if bare(request) else settled(at_work, kept)
    at_work.dispose()
