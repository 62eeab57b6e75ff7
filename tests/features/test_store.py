"""What the database itself holds to, the trail, and files that go round."""

from datetime import date

import pytest
from sqlalchemy import delete, select, text, true, update
from sqlalchemy.exc import DBAPIError

from portal.features.candidates.importing import import_candidates
from portal.features.oversight.actions import draw_sessions
from portal.features.sessions.exporting import rows
from portal.features.sessions.importing import COLUMNS, import_sessions
from portal.features.standing.checking import verify
from portal.files.cells import lines, neutralise, restore
from portal.files.errors import BadFile
from portal.store.audit import Event, audit_head, record
from portal.store.database import Database
from portal.store.tables import metadata
from tests.support.postgres import as_owner
from tests.support.world import World

HEAD = "id;siret;title;kind;starts_on;ends_on;status;actual_end_on"


def test_a_new_database_knows_the_departments(db: Database) -> None:
    with db.reading() as conn:
        assert conn.execute(text("select count(*) from department")).scalar() == 101


@pytest.mark.parametrize(
    "sql",
    [
        "update audit_event set reason = 'x'",
        "delete from audit_event",
        "update exam_session set ends_on = '2019-01-01'",
        "update exam_session set status = 'perdue'",
        "update exam_session set centre_id = 999",
    ],
)
def test_the_database_itself_refuses(world: World, sql: str) -> None:
    world.session(1, "02/03/2020", "20/04/2020")
    with pytest.raises(DBAPIError), world.db.writing() as tx:
        tx.execute(text(sql))


APPEND_ONLY = ("audit_event", "audit_tile", "measure_line", "document", "draw")


def test_no_row_of_what_only_grows_is_changed_deleted_or_replaced(world: World) -> None:
    """Not even by the words that SQLite's triggers on DELETE do not hear, or that PostgreSQL calls an INSERT."""
    with world.db.writing() as tx:
        on = world.operator().on
        record(tx, world.db.audit_key, on, [Event("letter_published", subject=f"letter {n}") for n in range(300)])
    world.session(1, "02/03/2020", "20/04/2020")
    world.measure()
    columns = "session_id, candidate_id, digest, said, made_at"
    with world.db.writing() as tx:
        tx.execute(text(f"INSERT INTO document (code, kind, {columns}) VALUES ('A', 'livret', 1, 0, 'd', '{{}}', '2020-06-15')"))
    draw_sessions(world.as_("ud94"), "94", date(2020, 1, 1), date(2020, 12, 31), 1)
    for table in (metadata.tables[name] for name in APPEND_ONLY):
        key, names = next(iter(table.primary_key.columns)).name, ", ".join(c.name for c in table.c)
        same = f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {table.name} LIMIT 1"
        ways = [f"UPDATE {table.name} SET {key} = {key}", f"DELETE FROM {table.name}"]
        if world.db.is_sqlite:
            ways += [same.replace("INSERT", "INSERT OR REPLACE"), same.replace("INSERT", "REPLACE")]
            if table.name == "document":
                other = names.replace("code", "'B'", 1)
                ways.append(f"INSERT OR REPLACE INTO document ({names}) SELECT {other} FROM document")
        else:
            keys = ", ".join(c.name for c in table.primary_key.columns)
            ways += [f"{same} ON CONFLICT ({keys}) DO UPDATE SET {key} = excluded.{key}", f"TRUNCATE {table.name} CASCADE"]
        for sql in ways:
            with pytest.raises(DBAPIError, match="append-only"), as_owner(world.db) as own, own.writing() as tx:
                assert tx.execute(text(f"SELECT count(*) FROM {table.name}")).scalar(), "nothing to refuse"
                tx.execute(text(sql))


def test_a_forged_event_and_a_cut_tail_are_found(world: World) -> None:
    world.session(1, "02/03/2020", "20/04/2020")
    with world.db.snapshot() as conn:
        whole = verify(conn, world.db.audit_key)
        assert whole.broken is None and whole.events >= 4
        assert "événement 1" in (verify(conn, b"another key").broken or "")
    with as_owner(world.db) as own, own.writing() as tx:
        if world.db.is_sqlite:
            tx.execute(text("drop trigger audit_event_no_delete"))
        else:
            tx.execute(text("alter table audit_event disable trigger all"))
        tx.execute(text("delete from audit_event where id = (select max(id) from audit_event)"))
    with world.db.snapshot() as conn:
        assert "fin du journal" in (verify(conn, world.db.audit_key).broken or "")


def test_the_head_of_another_trail_of_the_same_length_is_found(world: World) -> None:
    on, key = world.operator().on, world.db.audit_key
    with world.db.engine.connect().execution_options(portal_write=True) as conn, conn.begin() as other:
        record(conn, key, on, [Event("lock")])
        head = conn.execute(select(audit_head)).one()._mapping
        other.rollback()
    with world.db.writing() as tx:
        record(tx, key, on, [Event("unlock")])
        tx.execute(update(audit_head).values(**head))
    with world.db.snapshot() as conn:
        assert "fin du journal" in (verify(conn, key).broken or "")


def test_a_trail_without_its_head_is_found(world: World) -> None:
    with world.db.writing() as tx:
        tx.execute(delete(audit_head))
    with world.db.snapshot() as conn:
        assert "tête du journal" in (verify(conn, world.db.audit_key).broken or "")


def test_sessions_go_out_and_come_back_identical(world: World) -> None:
    a, b = world.sirets
    text_ = f"{HEAD};\r\n\r\n224566;{a};TP-01303;titre;22/06/2020;26/06/2020;demande_dte_envoyee;;\r\n"
    text_ += f";{b};TP-01303;ccp;01/03/2020;02/03/2020;verrouillee;05/03/2020\r\n"
    import_sessions(world.operator(), b"\xef\xbb\xbf" + text_.encode())
    with world.db.snapshot() as conn:
        first = "".join(lines(COLUMNS, rows(conn, true())))
    assert first.splitlines()[1:] == [
        f"224566;{a};TP-01303;titre;22/06/2020;26/06/2020;demande_dte_envoyee;;;",
        f"224567;{b};TP-01303;ccp;01/03/2020;02/03/2020;verrouillee;05/03/2020;;",
    ]


def test_a_bad_file_names_every_line_and_writes_nothing(world: World) -> None:
    a = world.sirets[0]
    bad = [f"{HEAD}", f"1;{a};TP-01303;titre;01/06/2020;02/06/2020;en_preparation;", f"2;{a};TP-9;titre;31/02/2020;x;perdu;"]
    bad += [f"1;{a};TP-01303;titre;02/06/2020;01/06/2020;en_preparation;", "3;12345678901234;TP-01303;x;;;;"]
    with pytest.raises(BadFile) as refused:
        import_sessions(world.operator(), "\n".join(bad).encode())
    assert {e.line for e in refused.value.errors} == {3, 4, 5}
    assert world.scalar("select count(*) from exam_session") == 0


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"a,b,c,d\n", b"session;last_name\n", "é;à".encode("latin-1"), b"\x00;"])
def test_files_that_hurt_get_a_sentence(world: World, data: bytes) -> None:
    with pytest.raises(BadFile) as refused:
        import_candidates(world.operator(), data)
    assert all(e.message for e in refused.value.errors)


def test_a_candidate_imported_twice_is_updated_not_doubled(world: World) -> None:
    world.session(1, "02/03/2020", "20/04/2020", candidates=0)
    head = "session;last_name;first_name;born_on;email\n"
    first = import_candidates(world.operator(), f"{head}1;D’Aubigné;Éloïse;14/07/1991;\n".encode())
    again = import_candidates(world.operator(), f"{head}1;D'AUBIGNE;Eloise;14/07/1991;e@test.example\n".encode())
    assert (first.added, again.added, again.updated) == (1, 0, 1)
    assert world.scalar("select count(*) from candidate") == 1


@pytest.mark.parametrize("cell", ["=1+1", "'=1+1", "''-2", "+33", "@x", "normal", "'quote", "", "O'Brien", "＝1"])
def test_a_formula_is_neutralised_and_comes_back(cell: str) -> None:
    assert restore(neutralise(cell)) == cell
    assert not neutralise(cell).startswith(("=", "+", "-", "@", "＝"))
