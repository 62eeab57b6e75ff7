"""A database as a released version left it (tests/data/1.11.0), sealed under a key for tests."""

import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.settings import DEMO_DAY, Settings
from portal.store.database import Database
from tests.support.schema import empty_like

FOLDER = Path(__file__).parent.parent / "data" / "1.11.0"
SECRET_KEY = (FOLDER / "secret_key.txt").read_text().strip()


@contextmanager
def released(db: Database) -> Iterator[Database]:
    """That database, on the kind of `db`, with its rows and its own key; not yet migrated."""
    with empty_like(db) as old:
        old.audit_key = Settings("demo", "", SECRET_KEY, DEMO_DAY).audit_key
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
