"""A copy of the whole database in one file, made while it serves, and a database made from such a copy.

The file is a ZIP: what was copied, part by part, and a manifest that says of which schema it is, how far its trail goes, and
the SHA-256 of each part. It is read through before anything of it is restored.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

from sqlalchemy import inspect, literal, select, table

from portal.store import audit, migrate
from portal.store.copies import postgresql, sqlite
from portal.store.copies.archive import BadCopy, CannotCopy, Manifest, Reading, Writing
from portal.store.database import Database

OURS = ("account", "audit_event", "centre", "exam_session", "title")  # a database where these have no row is empty


def backup(db: Database, file: Path, now: datetime) -> Manifest:
    """Copy the database, as it is at one moment, into a file of its own. Raises CannotCopy, and OSError."""
    if file.exists():
        raise CannotCopy(f"{file} existe déjà : une sauvegarde n’en remplace pas une autre. Donnez un autre nom.")
    with _fresh(file) as fresh:
        writing = Writing(fresh, "sqlite" if db.is_sqlite else "postgresql", now)
        with writing:
            (sqlite if db.is_sqlite else postgresql).copy(db, writing)
        os.link(fresh, file)
    _keep_name(file.parent)
    return writing.manifest


def restore(db: Database, file: Path, at_least: int = 0) -> Manifest:
    """Make the database, which is empty, what it was when it was copied, at the schema of then. All of it or nothing.

    `at_least`: how many events its trail had already elsewhere; a copy with fewer is older, and is refused.
    Raises BadCopy for a file that is none, or not whole; CannotCopy where it cannot be put into this database.
    """
    with Reading(file) as reading:
        manifest = reading.checked()
        if manifest.events < at_least:
            raise CannotCopy(
                f"Cette sauvegarde est plus ancienne que le point gardé : son journal a {manifest.events} événements, il en avait {at_least}. "
                "Rien n’a été écrit : cherchez-en une plus récente, ou restaurez-la sans --checkpoint en sachant ce qui manque."
            )
        _refuse_other(db, manifest)
        (sqlite if db.is_sqlite else postgresql).put_back(db, reading)
    return manifest


def _refuse_other(db: Database, manifest: Manifest) -> None:
    if manifest.engine != db.url.get_backend_name():
        raise CannotCopy(f"Cette sauvegarde est celle d’une base {manifest.engine} : donnez l’adresse d’une telle base.")
    if not migrate.knows(manifest.schema):
        raise CannotCopy(
            f"Cette sauvegarde a le schéma {manifest.schema}, que cette version ne connaît pas : installez une version plus récente."
        )
    if manifest.head and not audit.is_seal(db.audit_key, manifest.head.count, manifest.head.digest, manifest.head.seal):
        raise CannotCopy(
            "Le journal de cette sauvegarde n’est pas scellé sous la clé donnée : donnez à PORTAL_AUDIT_KEY (ou PORTAL_SECRET_KEY) celle d’alors."
        )
    if not is_empty(db):
        raise CannotCopy("Cette base n’est pas vide : une sauvegarde ne se restaure que dans une base vide. Donnez-en une autre.")


def is_empty(db: Database) -> bool:
    """Whether there is nothing in this database but, at most, our schema."""
    if db.is_sqlite and not Path(str(db.url.database)).exists():
        return True
    with db.reading() as conn:
        tables = set(inspect(conn).get_table_names())
        if migrate.state(conn).revision is None:
            return not tables
        return not any(
            conn.execute(select(literal(1)).select_from(table(name)).limit(1)).first() for name in tables.intersection(OURS)
        )


def digest_of(file: Path) -> str:
    """The SHA-256 of a file, to be kept elsewhere."""
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


@contextmanager
def _fresh(file: Path) -> Iterator[Path]:
    """A file beside the one that is meant, its owner's alone; it goes when all is done."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    os.close(handle)
    fresh = Path(name)
    try:
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)


def _keep_name(folder: Path) -> None:
    """The name of a new file outlives a power cut too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


__all__ = ["BadCopy", "CannotCopy", "Manifest", "backup", "digest_of", "is_empty", "restore"]
