"""What version 1.11.0 kept is taken along to the newest schema, and its trail still holds under its key."""

from datetime import date

from click.testing import CliRunner, Result
from sqlalchemy import text

from portal.cli import cli
from portal.features.documents.checking import check
from portal.store.database import Database
from tests.support.released import SECRET_KEY, released
from tests.support.schema import differences, of_the_models, shape

TODAY = date(2020, 6, 15)

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


def test_what_1_11_0_handed_out_and_nobody_changed_is_still_authentic(db: Database) -> None:
    with released(db) as old:
        assert _portal(old, "migrate").exit_code == 0
        with old.reading() as conn:
            codes = conn.execute(text("SELECT kind, code FROM document ORDER BY kind, code")).all()
            found = [(kind, check(conn, code, "UD", TODAY)) for kind, code in codes]
        assert {kind for kind, _ in found} == {"convocation", "proces-verbal", "attestation"}
        assert all(checked and checked.current for _, checked in found)
        # What was never said on a paper can be completed without making it void; what it says cannot be changed.
        with old.writing() as tx:
            tx.execute(text("UPDATE exam_session SET hour = '08:30' WHERE id = 224570"))
        with old.reading() as conn:
            assert all(checked and checked.current for checked in (check(conn, code, "UD", TODAY) for _, code in codes))
        with old.writing() as tx:
            tx.execute(text("UPDATE exam_session SET starts_on = '2020-06-22' WHERE id = 224570"))
        with old.reading() as conn:
            checked = [check(conn, code, "UD", TODAY) for kind, code in codes if kind == "convocation"]
        assert checked and all(c and not c.current and "annulée" in c.void for c in checked)
