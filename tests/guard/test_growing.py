"""The schema can grow: migrations on top of the newest one, on a database with rows, up and down, on both databases."""

from enum import StrEnum

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.rules.documents import Document
from portal.rules.lifecycle import Kind
from portal.store import audit, migrate
from portal.store.database import Database
from portal.store.sessions import exam_session
from tests.guard.conftest import Add
from tests.support.schema import Shape, differences, shape


def words(values: type[StrEnum], *more: str) -> str:
    return ", ".join(f"'{value}'" for value in (*(v.value for v in values), *more))


def alteration(kinds: str, documents: str, more: str) -> str:
    return (
        f'alter_table("exam_session", constraints={{"ck_exam_session_kind_known": "CHECK (kind IN ({kinds}))"}}, {more})\n'
        f'    alter_table("document", constraints={{"ck_document_kind_known": "CHECK (kind IN ({documents}))"}})'
    )


UP = alteration(
    words(Kind, "vae"), words(Document, "duplicata"), 'add=[sa.Column("room", sa.String(40), server_default="", nullable=False)]'
)
DOWN = alteration(words(Kind), words(Document), 'drop=["room"]')


def rows(db: Database) -> dict[str, list[str]]:
    """Every row of every table, in an order of their own."""
    tables = [name.split()[1] for name in shape(db) if name.startswith("table ") and "_search" not in name]
    with db.reading() as conn:
        return {t: sorted(str(dict(r)) for r in conn.execute(text(f"SELECT * FROM {t}")).mappings()) for t in tables}


def altered(before: Shape, after: Shape) -> set[str]:
    return {name.split(" ", 1)[1] for name in differences(before, after)}


def session_of_kind(kind: str) -> str:
    """One more session, like another."""
    rest = ", ".join(c.name for c in exam_session.c if c.name not in ("id", "kind", "creation_key"))
    return f"INSERT INTO exam_session (id, kind, {rest}) SELECT 999999, '{kind}', {rest} FROM exam_session WHERE id = 224566"


def document_of_kind(kind: str) -> str:
    rest = "session_id, candidate_id, digest, said, made_at, made_by"
    return f"INSERT INTO document (code, kind, {rest}) SELECT 'NEW', '{kind}', {rest} FROM document ORDER BY code LIMIT 1"


def refuses(db: Database, sql: str) -> bool:
    """Whether the database refuses this; nothing of it stays."""
    with db.engine.connect().execution_options(portal_write=True) as conn, conn.begin() as tx:
        try:
            conn.execute(text(sql))
        except DBAPIError:
            return True
        finally:
            tx.rollback()
    return False


def holds(db: Database) -> None:
    """All that a database promises by itself: what can only grow, foreign keys, counts, full text, the trail."""
    for table in ("audit_event", "measure_line", "document", "draw"):
        column = audit.audit_event.metadata.tables[table].c.keys()[1]
        assert refuses(db, f"UPDATE {table} SET {column} = {column}"), table
        assert refuses(db, f"DELETE FROM {table}"), table
    assert refuses(db, "UPDATE exam_session SET title_id = 999999") and refuses(db, "DELETE FROM centre")
    assert refuses(db, "INSERT INTO session_jury (session_id, member_id) VALUES (224566, 999999)")
    with db.snapshot() as conn:
        *_, trail = audit.verify(conn, db.audit_key)
        assert isinstance(trail, audit.Trail) and trail.broken is None and trail.events > 200
        counted = conn.execute(text("SELECT centre_id, count(*) FROM exam_session GROUP BY centre_id ORDER BY 1")).all()
        assert conn.execute(text("SELECT centre_id, number FROM session_total WHERE number > 0 ORDER BY 1")).all() == counted
    if db.is_sqlite:
        assert not refuses(db, "INSERT INTO candidate_search (candidate_search) VALUES ('integrity-check')")
        with db.reading() as conn:
            assert conn.execute(text("PRAGMA foreign_keys")).scalar() == 1
            assert conn.execute(text("PRAGMA foreign_key_check")).all() == []
            assert conn.execute(text("PRAGMA integrity_check")).scalar() == "ok"


def test_enums_get_a_value_and_a_table_a_column_and_nothing_is_lost(old: Database, add: Add) -> None:
    add(UP, DOWN)
    schema, kept = shape(old), rows(old)
    assert refuses(old, session_of_kind("vae")) and refuses(old, document_of_kind("duplicata"))

    migrate.upgrade(old)
    assert altered(schema, shape(old)) == {
        "exam_session.ck_exam_session_kind_known",
        "document.ck_document_kind_known",
        "exam_session.room",
    }
    assert not refuses(old, session_of_kind("vae")) and not refuses(old, document_of_kind("duplicata"))
    assert refuses(old, session_of_kind("autre")) and refuses(old, document_of_kind("autre"))
    assert {t: len(r) for t, r in rows(old).items()} == {t: len(r) for t, r in kept.items()}
    holds(old)

    migrate.downgrade(old, "-1")
    assert differences(schema, shape(old)) == {}
    assert rows(old) == kept
    holds(old)


def test_a_value_in_use_is_not_taken_away(old: Database, add: Add) -> None:
    add(UP, DOWN)
    migrate.upgrade(old)
    with old.writing() as tx:
        tx.execute(text(session_of_kind("vae")))
    schema, kept = shape(old), rows(old)
    with pytest.raises(DBAPIError):
        migrate.downgrade(old, "-1")
    assert (shape(old), rows(old)) == (schema, kept)
    holds(old)


def test_every_table_can_be_made_anew_as_it_was(old: Database, add: Add) -> None:
    tables = [name.split()[1] for name in shape(old) if name.startswith("table ") and "_search" not in name]
    assert len(tables) > 30
    add(f"[alter_table(table) for table in {tables!r}]")
    old.analyze()
    schema, kept = shape(old), rows(old)
    migrate.upgrade(old)
    assert differences(schema, shape(old)) == {}
    assert rows(old) == kept
    holds(old)


@pytest.mark.parametrize(
    "constraints",
    [
        {"ck_account_mailing_known": "CHECK (mailing IN ('aussitot', 'chaque_jour', 'aucun', 'jamais'))"},  # made with its column
        {"fk_exam_session_approval_id": None},
        {"fk_session_jury_member_id": "FOREIGN KEY (member_id) REFERENCES jury_member (id) ON DELETE CASCADE"},
        {"uq_region_name": "UNIQUE (name, code)"},
        {"ck_centre_named": "CHECK (name <> '')"},
    ],
    ids=lambda constraints: next(iter(constraints)),
)
def test_a_constraint_is_changed_and_nothing_else(old: Database, add: Add, constraints: dict[str, str | None]) -> None:
    (name,) = constraints
    table = next(t for t in ("account", "exam_session", "session_jury", "region", "centre") if f"_{t}_" in name)
    add(f"alter_table({table!r}, constraints={constraints!r})")
    schema, kept = shape(old), rows(old)
    migrate.upgrade(old)
    expected = {
        "uq_region_name": {"region.uq_region_name", "uq_region_name", "region(name)", "region(name, code)"},
        "fk_exam_session_approval_id": {"exam_session.fk_exam_session_approval_id", "key exam_session(approval_id)"},
    }
    assert altered(schema, shape(old)) <= expected.get(name, {f"{table}.{name}", "key session_jury(member_id)"})
    assert altered(schema, shape(old)) and rows(old) == kept
    holds(old)


@pytest.mark.parametrize(
    "up",
    [
        'alter_table("nowhere")',
        'alter_table("document", drop=["nothing"])',
        'alter_table("document", constraints={"ck_document_nothing": None})',
        'alter_table("exam_session", constraints={"ck_exam_session_kind_known": "CHECK (kind IN (\'ccp\'))"})',
        'alter_table("document", add=[sa.Column("note", sa.String(40), nullable=False)])',
        "op.execute(\"DELETE FROM region WHERE code = '11'\")",
    ],
)
def test_a_migration_that_cannot_be_made_changes_nothing(old: Database, add: Add, up: str) -> None:
    if up == 'alter_table("nowhere")' and not old.is_sqlite:
        up = 'alter_table("nowhere", drop=["nothing"])'  # in place, nothing to change is nothing to do
    add(up)
    schema, kept = shape(old), rows(old)
    with pytest.raises((LookupError, DBAPIError, migrate.CannotMigrate)):
        migrate.upgrade(old)
    assert (shape(old), rows(old)) == (schema, kept)
    holds(old)
