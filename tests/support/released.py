"""A database as a released version left it (tests/data/1.11.0), sealed under a key for tests."""

import lzma
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from portal.settings import DEMO_DAY, Settings
from portal.store import migrate
from portal.store.database import Database
from tests.support.once import once
from tests.support.schema import empty_like, outside

FOLDER = Path(__file__).parent.parent / "data" / "1.11.0"
SECRET_KEY = (FOLDER / "secret_key.txt").read_text().strip()
KEY = Settings("demo", "", SECRET_KEY, DEMO_DAY).audit_key
MIGRATED = "released_and_migrated"


@contextmanager
def released(db: Database) -> Iterator[Database]:
    """That database, on the kind of `db`, with its rows and its own key; not yet migrated."""
    with empty_like(db) as old:
        old.audit_key = KEY
        if old.is_sqlite:
            assert old.url.database
            Path(old.url.database).write_bytes(lzma.decompress((FOLDER / "portal.sqlite.xz").read_bytes()))
        else:
            with old.writing() as tx:
                tx.exec_driver_sql(
                    lzma.decompress((FOLDER / "portal.postgresql.sql.xz").read_bytes()).decode().replace("%", "%%")
                )
            old.dispose()  # the dump leaves settings of its own behind in its connection
        yield old


@contextmanager
def migrated(db: Database, shared: Path) -> Iterator[Database]:
    """The same at the newest schema: migrated once a run, and copied."""
    made = once(shared / f"{MIGRATED}-{db.url.port}", partial(_migrate, db))
    with empty_like(db, MIGRATED) as old:
        old.audit_key = KEY
        if old.is_sqlite:
            assert old.url.database
            shutil.copyfile(made / "portal.sqlite", old.url.database)
        yield old


def _migrate(db: Database, folder: Path) -> None:
    """Bring it to the newest schema, and keep it: as a file, or as a database of which others are copied."""
    with released(db) as old:
        migrate.upgrade(old)
        if old.is_sqlite:
            with old.engine.connect() as conn:
                conn.exec_driver_sql(f"VACUUM INTO '{folder / 'portal.sqlite'}'")
        old.dispose()
        if not old.is_sqlite:
            outside(db, f"CREATE DATABASE {MIGRATED} TEMPLATE {old.url.database}")
