"""Bringing a database up to the newest schema, or down."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from portal.paths import MIGRATIONS
from portal.store.database import BUSY_TIMEOUT_SECONDS, Database


@dataclass(frozen=True)
class Limits:
    """How many seconds migrating waits for what others use, and how many one statement may take (on PostgreSQL)."""

    lock: float = 5
    statement: float = 900


@dataclass(frozen=True)
class State:
    """`revision`: of the database, none where it has no schema at all; `known`: to this code, which expects `expected`."""

    revision: str | None
    expected: str
    known: bool

    @property
    def is_current(self) -> bool:
        """Whether the database is as this code expects it."""
        return self.revision == self.expected


class CannotMigrate(Exception):
    """Nothing was changed; the message says why, and the mend."""


def upgrade(db: Database, revision: str = "head", limits: Limits = Limits()) -> None:
    """Bring the database up to a revision, in one transaction: all of it or nothing. Raises CannotMigrate."""
    _run(command.upgrade, db, revision, limits)


def downgrade(db: Database, revision: str = "base", limits: Limits = Limits()) -> None:
    """Bring the database down to a revision, in one transaction. Raises CannotMigrate."""
    _run(command.downgrade, db, revision, limits)


def is_current(db: Database) -> bool:
    """Whether the database has the schema that this code expects."""
    with db.reading() as conn:
        return state(conn).is_current


def state(conn: Connection) -> State:
    """The schema of this database beside that of this code."""
    revision, expected = _revision(conn), ScriptDirectory.from_config(_config()).get_current_head()
    return State(revision, str(expected), revision is not None and knows(revision))


def knows(revision: str) -> bool:
    """Whether this code can bring a database to this revision."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


@contextmanager
def made(db: Database, revision: str) -> Iterator[Connection]:
    """A transaction in which an empty database has just been brought to this revision: what follows is kept with it, or neither."""
    config = _config()
    with _sqlite(db, Limits()) if db.is_sqlite else _postgresql(db, Limits()) as conn:
        config.attributes["connection"] = conn
        if _revision(conn):
            command.downgrade(config, "base")
        command.upgrade(config, revision)
        yield conn


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _revision(conn: Connection) -> str | None:
    return MigrationContext.configure(conn).get_current_revision()


def _run(act: Callable[[Config, str], None], db: Database, revision: str, limits: Limits) -> None:
    config = _config()
    try:
        with _sqlite(db, limits) if db.is_sqlite else _postgresql(db, limits) as conn:
            config.attributes["connection"] = conn
            act(config, revision)
    except CommandError as error:
        raise CannotMigrate(
            f"Le schéma de la base est inconnu de cette version du portail ({error}) : "
            "installez la version la plus récente qui a servi cette base. Rien n’a été changé."
        ) from error
    except OperationalError as error:
        if why := _refusal(error.orig, limits):
            raise CannotMigrate(f"{why} Rien n’a été changé.") from error
        raise


@contextmanager
def _postgresql(db: Database, limits: Limits) -> Iterator[Connection]:
    with db.writing() as conn:
        conn.exec_driver_sql(f"SET LOCAL lock_timeout = {round(limits.lock * 1000)}")
        conn.exec_driver_sql(f"SET LOCAL statement_timeout = {round(limits.statement * 1000)}")
        yield conn


@contextmanager
def _sqlite(db: Database, limits: Limits) -> Iterator[Connection]:
    """Foreign keys are off while tables are made anew (migrations/tables.py), and looked at as a whole before all is kept."""
    with db.engine.connect().execution_options(portal_write=True) as conn:
        pragma = conn.connection.cursor()  # outside of any transaction: inside one it would do nothing
        pragma.execute("PRAGMA foreign_keys=OFF")
        pragma.execute(f"PRAGMA busy_timeout={round(limits.lock * 1000)}")
        try:
            with conn.begin():
                before = _revision(conn)
                yield conn
                if before != _revision(conn) and (broken := conn.exec_driver_sql("PRAGMA foreign_key_check").first()):
                    raise CannotMigrate(
                        f"La table « {broken[0]} » renverrait à des lignes de « {broken[2]} » qui n’existent pas : "
                        "signalez-le avec le nom de cette version. Rien n’a été changé."
                    )
        finally:
            pragma.execute("PRAGMA foreign_keys=ON")
            pragma.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}")


def _refusal(error: BaseException | None, limits: Limits) -> str | None:
    """What stood in the way, and the mend; nothing for an error of another kind."""
    code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorcode", None)
    if code in ("55P03", sqlite3.SQLITE_BUSY):
        return (
            "La base est utilisée par un autre programme, qui retient une table à modifier : arrêtez le portail (« portal serve », "
            "« portal worker »), attendez la fin d’une sauvegarde en cours, puis relancez « portal migrate »."
        )
    if code == "57014":
        return (
            f"Une étape de la mise à jour a dépassé {limits.statement:g} secondes : relancez-la quand la base est moins chargée, "
            "ou donnez-lui plus de temps avec « portal migrate --statement-seconds »."
        )
    return None
