"""Bringing a database up to the newest schema, or down."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from portal.paths import MIGRATIONS
from portal.store.database import Database


def _config(db: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["database"] = db
    return config


def upgrade(db: Database, revision: str = "head") -> None:
    command.upgrade(_config(db), revision)


def downgrade(db: Database, revision: str = "base") -> None:
    command.downgrade(_config(db), revision)


def is_current(db: Database) -> bool:
    """Whether the database has the schema that this code expects."""
    with db.reading() as conn:
        found = MigrationContext.configure(conn).get_current_revision()
    return found == ScriptDirectory.from_config(_config(db)).get_current_head()
