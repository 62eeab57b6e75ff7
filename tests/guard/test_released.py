"""What version 1.11.0 kept is taken along to the newest schema, and its trail still holds under its key."""

from click.testing import CliRunner, Result
from sqlalchemy import text

from portal.cli import cli
from portal.store.database import Database
from tests.support.released import SECRET_KEY, released
from tests.support.schema import differences, of_the_models, shape

KEPT = ("exam_session", "candidate", "result", "measure_line", "document", "request", "letter", "draw", "audit_event")


def _portal(db: Database, *words: str, key: str = SECRET_KEY) -> Result:
    environment = {
        "PORTAL_ENV": "demo",
        "PORTAL_DATABASE_URL": db.url.render_as_string(hide_password=False),
        "PORTAL_SECRET_KEY": key,
    }
    return CliRunner().invoke(cli, words, env=environment)


def _count(db: Database, table: str) -> int:
    with db.reading() as conn:
        return conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


def test_a_database_of_1_11_0_is_migrated_and_its_trail_holds(db: Database) -> None:
    with released(db) as old:
        before = {table: _count(old, table) for table in KEPT}
        assert all(before.values()), before
        assert _portal(old, "migrate").exit_code == 0
        assert differences(of_the_models(old), shape(old)) == {}
        assert {table: _count(old, table) for table in KEPT} == before
        verified = _portal(old, "audit", "verify")
        assert (verified.exit_code, verified.output) == (0, f"Journal intact : {before['audit_event']} événements.\n")
        assert _portal(old, "audit", "verify", key="another key").exit_code == 1
