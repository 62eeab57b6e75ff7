"""What stands in the tables is what the trail says: after a whole life, each change by hand is found and named; none is invented."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from portal.cli import cli
from portal.features.standing.checking import verify
from portal.store.database import Database
from tests.support.life import live
from tests.support.world import World


@pytest.fixture
def lived(world: World) -> Iterator[World]:
    live(world)
    yield world
    world.close()


def broken(w: World) -> str | None:
    with w.db.snapshot() as conn:
        return verify(conn, w.db.audit_key).broken


def by_hand(db: Database, *statements: str) -> None:
    """As somebody does who has the database and not the key: past the triggers and the keys between tables."""
    with db.writing() as tx:
        if not db.is_sqlite:
            tx.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for sql in statements:
            tx.exec_driver_sql(sql)


def test_a_life_with_a_measure_applied_and_taken_back_is_what_its_trail_says(lived: World) -> None:
    assert broken(lived) is None


# One change by hand each, and how it is named.
CHANGES = {
    "an end": (
        "UPDATE exam_session SET ends_on = '2021-01-04' WHERE id = 2",
        "session 2 : Date de fin : 04/01/2021 dans la base",
    ),
    "a real end": ("UPDATE exam_session SET actual_end_on = '2020-07-01' WHERE id = 2", "session 2 : Date réelle de fin"),
    "a status": (
        "UPDATE exam_session SET status = 'en_preparation' WHERE id = 2",
        "session 2 : Statut : « En préparation » dans la base, «",
    ),
    "a place": ("UPDATE exam_session SET place = 'Ailleurs' WHERE id = 1", "session 1 : Lieu : « Ailleurs » dans la base"),
    "a day of the exam": (
        "UPDATE exam_session SET exam_starts_on = '2020-06-01', exam_ends_on = '2020-06-02' WHERE id = 4",
        "session 4 : Premier jour d’examen",
    ),
    "a result": ("UPDATE result SET outcome = 'absent' WHERE id = (SELECT min(id) FROM result)", "les résultats du candidat n°"),
    "a result less": ("DELETE FROM result WHERE id = (SELECT max(id) FROM result)", "les résultats du candidat n°"),
    "a draft": ("UPDATE result SET definitive = NOT definitive", "ses résultats sont"),
    "a juror": (
        "DELETE FROM session_jury WHERE session_id = 1",
        "session 1 : les membres du jury ne sont pas ceux que dit le journal",
    ),
    "a role": (
        "UPDATE account SET role = 'national', centre_id = NULL, manager = 0 WHERE email = 'centre@test.example'",
        "son rôle, son ressort ou sa fermeture",
    ),
    "another department": (
        "UPDATE account SET department_code = '75' WHERE email = 'ud94@test.example'",
        "son rôle, son ressort",
    ),
    "an account closed": (
        "UPDATE account SET closed_at = '2020-06-01 00:00:00+00:00' WHERE email = 'ud94@test.example'",
        "son rôle, son ressort ou sa fermeture",
    ),
    "an account more": (
        "INSERT INTO account (id, email, name, role) VALUES (99, 'x@test.example', 'X', 'national')",
        "compte n° 99 : aucun événement ne dit qui l’a invité",
    ),
    "an answer": (
        "UPDATE request SET status = 'refusee', granted_start = NULL, granted_end = NULL WHERE status = 'acceptee'",
        "sa réponse ou ses dates",
    ),
    "a wish": ("UPDATE request SET wanted_end = '2020-12-31'", "sa réponse ou ses dates"),
    "a request less": ("DELETE FROM request WHERE id = 1", "demande n° 1 : le journal en parle, et il n’y en a plus trace"),
    "no trail left": ("DELETE FROM audit_event", "fin du journal"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_changed_by_hand_is_named(lived: World, change: str) -> None:
    sql, said = CHANGES[change]
    if lived.db.is_sqlite and "audit_event" in sql:
        by_hand(lived.db, "DROP TRIGGER audit_event_no_delete")
    by_hand(lived.db, sql)
    assert said in (broken(lived) or "")


def test_a_candidate_more_or_less_and_a_session_that_nobody_made_are_named(lived: World) -> None:
    columns = "session_id, last_name, first_name, born_on, email, sort_key"
    by_hand(lived.db, f"INSERT INTO candidate (id, {columns}) VALUES (99, 4, 'Faux', '', '1990-01-01', '', 'faux')")
    assert broken(lived) == f"session 4 : les candidats inscrits ne sont pas ceux que dit le journal (événement {last(lived, 4)})"
    by_hand(lived.db, "DELETE FROM candidate WHERE id = 99")
    assert broken(lived) is None
    columns = "centre_id, department_code, title_id, kind, starts_on, ends_on, status, status_at, status_by"
    by_hand(lived.db, f"INSERT INTO exam_session (id, {columns}) SELECT 900, {columns} FROM exam_session WHERE id = 2")
    assert broken(lived) == "session 900 : aucun événement ne dit d’où elle vient"
    by_hand(lived.db, "DELETE FROM exam_session WHERE id = 900")
    assert broken(lived) is None


def last(w: World, session: int) -> object:
    return w.scalar(f"SELECT max(id) FROM audit_event WHERE session_id = {session}")


def test_no_trail_at_all_beside_data_is_a_fault(lived: World) -> None:
    if lived.db.is_sqlite:
        by_hand(lived.db, "DROP TRIGGER audit_event_no_delete")
    by_hand(lived.db, "DELETE FROM audit_event", "DELETE FROM audit_head")
    assert broken(lived) == "session 1 : aucun événement ne dit d’où elle vient"


def test_the_command_names_the_first_place_and_ends_with_one(lived: World) -> None:
    settings = {
        "PORTAL_ENV": "demo",
        "PORTAL_DATABASE_URL": lived.db.url.render_as_string(hide_password=False),
        "PORTAL_SECRET_KEY": "k" * 31 + "1",
        "PORTAL_AUDIT_KEY": "",
    }
    by_hand(lived.db, "UPDATE exam_session SET ends_on = '2021-01-04' WHERE id = 2")
    said = CliRunner().invoke(cli, ["audit", "verify"], env=settings)
    assert said.exit_code == 1 and "Journal rompu" in said.stderr
