"""The settled world later on: what leads there is done once a run on each database, and each test goes on from its rows."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy import Computed, Connection, text

from portal.store.database import Database
from portal.store.tables import metadata
from tests.support.life import live
from tests.support.once import once
from tests.support.postgres import as_owner
from tests.support.world import World

ROWS, DAY = "rows", "day"


def after_life(w: World, shared: Path) -> World:
    """This world, of which nothing but its beginning has been seen, at the end of `tests.support.life`."""
    return after(w, shared, live)


def after(w: World, shared: Path, acts: Callable[[World], None]) -> World:
    """The same after other acts, which are named after their function and its file."""
    here = list[Path]()

    def make(folder: Path) -> None:
        acts(w)
        keep(w.db, folder / ROWS)
        (folder / DAY).write_text(w.today.isoformat())
        here.append(folder)

    folder = once(shared / f"{acts.__module__}.{acts.__name__}-{w.db.engine.dialect.name}", make)
    if not here:
        bring(w.db, folder / ROWS)
        w.today = date.fromisoformat((folder / DAY).read_text())
    return w


def keep(db: Database, file: Path) -> None:
    """All rows of the database, in a file."""
    if db.is_sqlite:
        with db.engine.connect() as conn:
            conn.exec_driver_sql(f"VACUUM INTO '{file}'")
        return
    with as_owner(db) as own, own.reading() as conn:
        file.write_text("".join(script(conn)), "utf-8")


def bring(db: Database, file: Path) -> None:
    """These rows, and no others."""
    if db.is_sqlite:
        db.dispose()
        place = Path(db.url.database or "")
        for beside in ("-wal", "-shm"):
            place.with_name(place.name + beside).unlink(missing_ok=True)
        shutil.copy(file, place)
        return
    with as_owner(db) as own, own.writing() as tx:
        tx.exec_driver_sql(file.read_text("utf-8"))


def script(conn: Connection) -> list[str]:
    """What writes the rows of another PostgreSQL of the same tables, past its triggers; and numbers go on from there."""
    said = ["SET LOCAL session_replication_role = replica;\n"]
    for table in metadata.sorted_tables:
        names = ", ".join(f'"{column.name}"' for column in table.c if not isinstance(column.server_default, Computed))
        rows = conn.execute(text(f"SELECT json_agg(row_to_json(t))::text FROM {table.name} t")).scalar()
        said.append(f"DELETE FROM {table.name};\n")
        if rows:
            of = f"json_populate_recordset(NULL::{table.name}, $rows${rows}$rows$)"
            said.append(f"INSERT INTO {table.name} ({names}) OVERRIDING SYSTEM VALUE SELECT {names} FROM {of};\n")
    for name, last in conn.execute(text("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")):
        said.append(f"SELECT setval('{name}', {last});\n")
    return said
