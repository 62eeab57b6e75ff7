"""Should a query forget who asks, PostgreSQL gives it no row of others all the same, and the role that serves owns nothing."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from portal.cli import cli
from portal.rules.lifecycle import Role
from portal.store import walls
from portal.store.adjustments import adjustment
from portal.store.attendance import attendance, incident
from portal.store.candidates import candidate, result
from portal.store.database import Database
from portal.store.documents import document
from portal.store.links import exam_reminder, personal_link
from portal.store.minutes import minutes, minutes_part
from portal.store.requests import request
from portal.store.scope import anybody_like, told, visible_to
from portal.store.sessions import exam_session
from portal.web import state
from tests.support.postgres import SERVES, as_owner
from tests.support.world import PEOPLE, World

pytestmark = pytest.mark.parametrize("db", ["postgresql"], indirect=True)
NUMBER = {  # by table, the session that a row is of
    "exam_session": exam_session.c.id,
    "candidate": candidate.c.session_id,
    "result": result.c.session_id,
    "document": document.c.session_id,
    "personal_link": personal_link.c.session_id,
    "adjustment": adjustment.c.session_id,
    "attendance": attendance.c.session_id,
    "incident": incident.c.session_id,
    "minutes": minutes.c.session_id,
    "minutes_part": minutes_part.c.session_id,
    "exam_reminder": exam_reminder.c.session_id,
    "request": request.c.session_id,
}
Opens = Callable[[Database], AbstractContextManager[Connection]]
OPENS: dict[str, Opens] = {"reading": Database.reading, "writing": Database.writing, "snapshot": Database.snapshot}


@pytest.fixture
def w(world: World) -> World:
    """A session of each of two centres, in two departments of one region, with a row of everything."""
    for number, centre in ((1, 0), (2, 1)):
        world.session(number, "01/06/2020", "12/06/2020", centre=centre, candidates=1)
    for who in PEOPLE:
        world.as_(who)
    with as_owner(world.db) as own, own.writing() as tx:
        for s in tx.execute(select(exam_session)).all():
            of = {"session_id": s.id}
            number = tx.execute(select(candidate.c.id).where(candidate.c.session_id == s.id)).scalar_one()
            tx.execute(insert(result).values(**of, candidate_id=number, outcome="titre", definitive=True))
            paper = {"kind": "convocation", "candidate_id": number, "digest": "d", "said": "{}", "made_at": world.now()}
            tx.execute(insert(document).values(**of, **paper, code=str(s.id)))
            link = {"candidate_id": number, "nonce": "n", "digest": str(s.id), "made_at": world.now()}
            tx.execute(insert(personal_link).values(**of, **link))
            tx.execute(insert(exam_reminder).values(**of))
            tx.execute(insert(adjustment).values(**of, candidate_id=number, note="n", salt="s", digest="d"))
            noted = {"day": s.starts_on, "noted_at": world.now(), "noted_by": "x"}
            there = {"half": "matin", "present": True, "version": 1}
            tx.execute(insert(attendance).values(**of, candidate_id=number, **there, **noted))
            tx.execute(insert(incident).values(**of, hour="10:20", text="t", **noted))
            signed = {"state": "depose", "version": 1, "digest": "d", "bytes": 1, "reason": "", "deposited_by": "x"}
            tx.execute(insert(minutes).values(**of, **signed, deposited_at=world.now()))
            tx.execute(insert(minutes_part).values(**of, number=0, data=b"d"))
            place = {"centre_id": s.centre_id, "department_code": s.department_code, "title_id": s.title_id}
            asked = {"kind": "report", "status": "ouverte", "reason": "r", "made_by": "x", "made_at": world.now()}
            days = {"wanted_start": s.starts_on, "wanted_end": s.ends_on, "lockdown_cause": False}
            tx.execute(insert(request).values(**of, **place, **asked, **days))
    return world


def all_there(conn: Connection) -> dict[str, list[int]]:
    """What queries that say nothing of who asks are given."""
    return {name: sorted(conn.execute(select(column)).scalars()) for name, column in NUMBER.items()}


@pytest.mark.parametrize("opens", OPENS.values(), ids=OPENS.keys())
def test_a_query_that_forgets_who_asks_is_given_what_that_person_may_see(w: World, opens: Opens) -> None:
    found = {}
    for who in PEOPLE:
        actor = w.as_(who).actor
        with as_owner(w.db) as own, own.reading() as conn:
            may = sorted(conn.execute(select(exam_session.c.id).where(visible_to(actor))).scalars())
        with opens(w.db.seen_by(actor)) as conn:
            assert all_there(conn) == dict.fromkeys(NUMBER, may), who
        found[who] = may
    assert found == {"centre": [1], "other": [2], "ud94": [1], "ud75": [2], "region": [1, 2], "national": [1, 2]}


def test_a_statement_that_serves_all_of_a_role_is_told_by_whom_it_is_asked(w: World) -> None:
    """Built once for all centres, it finds what each may see; asked by nobody in particular it finds nothing at all."""
    with as_owner(w.db) as own, own.reading() as conn:
        for who in PEOPLE:
            actor = w.as_(who).actor
            shared = select(exam_session.c.id).where(visible_to(anybody_like(actor)))
            alone = select(exam_session.c.id).where(visible_to(actor))
            assert sorted(conn.execute(shared, told(actor)).scalars()) == sorted(conn.execute(alone).scalars()), who
            if actor.role in (Role.CENTRE, Role.UD):
                with pytest.raises(StatementError, match="A value is required for bind parameter 'own_"):
                    conn.execute(shared)


@pytest.mark.parametrize("opens", OPENS.values(), ids=OPENS.keys())
def test_where_nobody_is_said_nothing_is_given(w: World, opens: Opens) -> None:
    with opens(w.db.seen_by(w.as_("national").actor)) as conn:
        assert all_there(conn)["candidate"] == [1, 2]
    with opens(w.db.seen_by(None)) as conn:  # by the same connection, which keeps nothing of who looked before
        assert all_there(conn) == {name: [] for name in NUMBER}


def test_nothing_foreign_is_changed_deleted_or_made(w: World) -> None:
    mine = w.db.seen_by(w.as_("centre").actor)
    for sql in ("UPDATE exam_session SET place = 'Ici' WHERE id = 2", "DELETE FROM result WHERE session_id = 2"):
        with mine.writing() as tx:
            assert tx.execute(text(sql)).rowcount == 0
    made = (
        "INSERT INTO candidate (session_id, last_name, first_name, born_on, sort_key) VALUES (2, 'A', 'B', '1990-01-01', 'a b')"
    )
    given = "UPDATE exam_session SET centre_id = 2, department_code = '75' WHERE id = 1"
    for sql in (made, given):
        with pytest.raises(DBAPIError, match="row-level security"), mine.writing() as tx:
            tx.execute(text(sql))


def test_what_the_law_asks_of_all_sessions_is_asked_beyond_the_walls_and_no_longer(w: World) -> None:
    for opens in OPENS.values():
        with opens(w.db.seen_by(w.as_("centre").actor)) as conn:
            with walls.beyond(conn):
                assert all_there(conn)["result"] == [1, 2]
            assert all_there(conn)["result"] == [1]
    with w.db.seen_by(None).reading() as conn:
        with walls.beyond(conn):
            assert all_there(conn)["document"] == [1, 2]
        assert all_there(conn)["document"] == []
    with pytest.raises(DBAPIError, match="nowhere"), w.db.reading() as conn, walls.beyond(conn):
        conn.execute(text("SELECT * FROM nowhere"))


def test_a_page_that_forgets_its_scope_shows_nothing_foreign(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def trial() -> str:
        read = sorted(state.reading().execute(select(candidate.c.session_id)).scalars())
        with state.work().db.writing() as tx:
            written = sorted(tx.execute(select(candidate.c.session_id)).scalars())
        with state.db().snapshot() as conn:
            streamed = sorted(conn.execute(select(candidate.c.session_id)).scalars())
        again = sorted(state.reading().execute(select(candidate.c.session_id)).scalars())
        assert read == written == streamed == again
        return str(read)

    monkeypatch.setitem(w.app().view_functions, "notices.index", trial)
    pages = {who: w.browser(who).get("/avis").text for who in PEOPLE}
    assert pages == {"centre": "[1]", "other": "[2]", "ud94": "[1]", "ud75": "[2]", "region": "[1, 2]", "national": "[1, 2]"}
    w.close()


FORBIDDEN = (
    "ALTER TABLE exam_session DISABLE ROW LEVEL SECURITY",
    "DROP POLICY exam_session_wall ON exam_session",
    "ALTER TABLE audit_event DISABLE TRIGGER USER",
    "UPDATE audit_event SET reason = ''",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
    "UPDATE document SET said = ''",
    "DELETE FROM draw",
    "DROP TABLE exam_session",
    "CREATE TABLE theirs (a integer)",
    "UPDATE alembic_version SET version_num = '0001'",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE sql AS ''",
    "SET session_replication_role = replica",
    "SET ROLE portal",
)


def test_the_role_that_serves_takes_down_no_wall_and_rewrites_no_trail(w: World) -> None:
    for sql in FORBIDDEN:
        with pytest.raises(DBAPIError, match=r"must be owner|permission denied"), w.db.writing() as tx:
            tx.execute(text(sql))
    with pytest.raises(DBAPIError, match="row-level security"), w.db.writing() as tx:
        tx.execute(text("SET LOCAL row_security = off"))
        tx.execute(text("SELECT * FROM candidate"))


def test_the_function_that_searches_names_lends_the_rights_of_the_owner_to_nobody(w: World) -> None:
    with w.db.rehearsing().writing() as tx:
        tx.execute(
            text(
                "CREATE FUNCTION pg_temp.sly() RETURNS text LANGUAGE plpgsql AS "
                "$$ BEGIN ALTER TABLE exam_session DISABLE ROW LEVEL SECURITY; RETURN 'nom00'; END $$"
            )
        )
        tx.execute(text("CREATE TEMP VIEW candidate AS SELECT 99 AS id, pg_temp.sly() AS sort_key"))
        assert sorted(tx.execute(text("SELECT candidates_called('nom00', 9)")).scalars()) == [1, 2]
        assert tx.execute(text(walls.STAND)).scalar()


@pytest.fixture
def role(db: Database) -> Iterator[str]:
    """A role that may do nothing yet, with a name that must be quoted."""
    name = f"sert-{db.url.database}"
    with psycopg.connect(db.url.set(drivername="postgresql").render_as_string(False), autocommit=True) as conn:
        conn.execute(f'CREATE ROLE "{name}" LOGIN')
        yield name
        conn.execute(f'DROP OWNED BY "{name}"')
        conn.execute(f'DROP ROLE "{name}"')


def test_migrating_gives_a_role_what_serving_takes_and_again_each_time(db: Database, role: str) -> None:
    own = {"PORTAL_ENV": "demo", "PORTAL_SECRET_KEY": "k", "PORTAL_DATABASE_URL": db.url.render_as_string(hide_password=False)}
    done = CliRunner().invoke(cli, ["migrate", "--runtime", role], env=own)
    assert done.exit_code == 0 and f"« {role} »" in done.output, done.output
    rights = (
        "SELECT table_name, string_agg(privilege_type, ' ' ORDER BY privilege_type) FROM information_schema.role_table_grants "
        "WHERE grantee = :role GROUP BY table_name ORDER BY table_name"
    )

    def held(of: str) -> list[tuple[str, str]]:
        with db.reading() as conn:
            return [(row[0], row[1]) for row in conn.execute(text(rights), {"role": of})]

    assert held(role) == held(SERVES) and dict(held(role))["audit_event"] == "INSERT SELECT"
    with db.writing() as tx:
        tx.execute(text("CREATE TABLE later (id serial)"))
    assert "later" not in dict(held(role))
    assert CliRunner().invoke(cli, ["migrate"], env=own).exit_code == 0
    assert dict(held(role))["later"] == dict(held(SERVES))["later"] == "DELETE INSERT SELECT UPDATE"
    refused = CliRunner().invoke(cli, ["migrate", "--runtime", "nobody"], env=own)
    assert refused.exit_code == 1 and "CREATE ROLE" in refused.output
    refused = CliRunner().invoke(cli, ["migrate", "--runtime", "portal"], env=own)
    assert refused.exit_code == 1 and "possède" in refused.output


def test_migrating_gives_a_role_that_only_reads_nothing_more(db: Database, role: str) -> None:
    own = {"PORTAL_ENV": "demo", "PORTAL_SECRET_KEY": "k", "PORTAL_DATABASE_URL": db.url.render_as_string(hide_password=False)}
    with db.writing() as tx:
        tx.execute(text(f'GRANT SELECT ON exam_session TO "{role}"'))
    assert CliRunner().invoke(cli, ["migrate"], env=own).exit_code == 0
    with db.reading() as conn:
        rights = "SELECT DISTINCT privilege_type FROM information_schema.role_table_grants WHERE grantee = :role"
        assert conn.execute(text(rights), {"role": role}).scalars().all() == ["SELECT"]
