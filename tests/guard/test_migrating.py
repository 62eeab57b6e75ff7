"""Migrating never waits without end: what holds a table, and a step that takes too long, stop it with a sentence and no change."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from portal.cli import main
from portal.store import migrate
from portal.store.database import Database
from portal.store.migrate import CannotMigrate, Limits
from tests.guard.conftest import Add
from tests.support.schema import shape


@contextmanager
def held(db: Database) -> Iterator[None]:
    """What a portal that runs holds while somebody saves a session."""
    with db.writing() as other:
        other.execute(text("SELECT 1" if db.is_sqlite else "LOCK TABLE exam_session IN ROW EXCLUSIVE MODE"))
        yield


def test_a_table_that_is_held_is_told_and_nothing_is_changed(db: Database) -> None:
    migrate.downgrade(db, "0007")
    before = shape(db)
    with held(db), pytest.raises(CannotMigrate, match=r"arrêtez le portail .* puis relancez « portal migrate »"):
        migrate.upgrade(db, limits=Limits(lock=0.05))
    assert shape(db) == before and not migrate.is_current(db)
    migrate.upgrade(db, limits=Limits(lock=0.05))
    assert migrate.is_current(db)


def test_the_command_says_so_and_ends_with_1(
    db: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORTAL_ENV", "demo")
    monkeypatch.setenv("PORTAL_SECRET_KEY", "k")
    monkeypatch.setenv("PORTAL_DATABASE_URL", db.url.render_as_string(hide_password=False))
    monkeypatch.setattr("sys.argv", ["portal", "migrate", "--lock-seconds", "0.05"])
    migrate.downgrade(db, "0007")
    with held(db), pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (1, "")
    assert said.err.startswith("La base est utilisée par un autre programme") and said.err.endswith("Rien n’a été changé.\n")


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_a_step_that_takes_too_long_is_stopped(db: Database, add: Add) -> None:
    add('op.execute("SELECT count(*) FROM generate_series(1, 1000000000)")')
    with pytest.raises(CannotMigrate, match=r"dépassé 0.05 secondes .* --statement-seconds"):
        migrate.upgrade(db, limits=Limits(statement=0.05))
    assert not migrate.is_current(db)


def test_the_limits_end_with_the_migration(db: Database) -> None:
    migrate.downgrade(db, "0007")
    migrate.upgrade(db, limits=Limits(1, 1))
    settings = ("foreign_keys", "busy_timeout") if db.is_sqlite else ("lock_timeout", "statement_timeout")
    with db.reading() as conn:
        found = [conn.execute(text(f"{'PRAGMA' if db.is_sqlite else 'SHOW'} {name}")).scalar() for name in settings]
    assert found == ([1, 20_000] if db.is_sqlite else ["0", "0"])


def test_a_database_of_a_later_version_is_told(db: Database) -> None:
    with db.writing() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not migrate.is_current(db)
    with pytest.raises(CannotMigrate, match=r"inconnu de cette version .*9999.* installez la version la plus récente"):
        migrate.upgrade(db)
