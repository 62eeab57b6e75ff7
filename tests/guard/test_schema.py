"""The schema that the migrations arrive at is the one that `portal.store` declares, to the last CHECK and trigger."""

import pytest
from sqlalchemy import text

from portal.store import migrate
from portal.store.database import Database
from tests.support.schema import differences, of_the_models, shape


def test_the_migrated_schema_is_the_declared_one(db: Database) -> None:
    found = shape(db)
    assert differences(of_the_models(db), found) == {}
    kinds = {name.split()[0] for name in found}
    assert kinds >= {"table", "column", "constraint", "index", "trigger"}, "the comparison reads nothing"


def test_the_schema_goes_down_to_nothing_and_up_again(db: Database) -> None:
    before = shape(db)
    migrate.downgrade(db)
    assert shape(db) == {}
    migrate.upgrade(db)
    assert migrate.is_current(db) and shape(db) == before


# A table changed behind the migrations' back: what must be named as different, then the words that SQLite keeps of the table,
# with what becomes of them, and the same said to PostgreSQL.
CHANGES = {
    "a check gone": (
        "title.ck_title_level_known",
        "CONSTRAINT ck_title_level_known CHECK (level BETWEEN 3 AND 6), ",
        "",
        "ALTER TABLE title DROP CONSTRAINT ck_title_level_known",
    ),
    "a check of other words": (
        "measure_run.ck_measure_run_touched_positive",
        "touched >= 0",
        "touched > 0",
        "ALTER TABLE measure_run DROP CONSTRAINT ck_measure_run_touched_positive, "
        "ADD CONSTRAINT ck_measure_run_touched_positive CHECK (touched > 0)",
    ),
    "an enum with a value more": (
        "document.ck_document_kind_known",
        "'convocation-jury')",
        "'convocation-jury', 'autre')",
        "ALTER TABLE document DROP CONSTRAINT ck_document_kind_known, ADD CONSTRAINT ck_document_kind_known CHECK "
        "(kind IN ('convocation', 'liste-candidats', 'emargement', 'proces-verbal', 'livret', 'attestation', 'convocation-jury', 'autre'))",
    ),
    "a column of another type": (
        "closing.reason",
        "reason VARCHAR(300)",
        "reason VARCHAR(200)",
        "ALTER TABLE closing ALTER reason TYPE VARCHAR(200)",
    ),
    "a column that may be null": (
        "closing.reason",
        "reason VARCHAR(300) NOT NULL",
        "reason VARCHAR(300)",
        "ALTER TABLE closing ALTER reason DROP NOT NULL",
    ),
    "a column of another default": (
        "title.extension_months",
        "DEFAULT '12'",
        "DEFAULT '24'",
        "ALTER TABLE title ALTER extension_months SET DEFAULT 24",
    ),
    "a foreign key that cascades": (
        "sign_in",
        "REFERENCES account (id)",
        "REFERENCES account (id) ON DELETE CASCADE",
        "ALTER TABLE sign_in DROP CONSTRAINT fk_sign_in_account_id, "
        "ADD CONSTRAINT fk_sign_in_account_id FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE",
    ),
    "a foreign key gone": (
        "sign_in.fk_sign_in_account_id",
        ", \n\tCONSTRAINT fk_sign_in_account_id FOREIGN KEY(account_id) REFERENCES account (id)",
        "",
        "ALTER TABLE sign_in DROP CONSTRAINT fk_sign_in_account_id",
    ),
    "a constraint of another name": (
        "region.uq_region_name",
        "uq_region_name",
        "uq_other",
        "ALTER TABLE region RENAME CONSTRAINT uq_region_name TO uq_other",
    ),
    "a unique constraint over other columns": (
        "approval",
        "UNIQUE (centre_id, title_id, valid_from)",
        "UNIQUE (centre_id, title_id, valid_to)",
        "ALTER TABLE approval DROP CONSTRAINT uq_approval_centre_id_title_id_valid_from, "
        "ADD CONSTRAINT uq_approval_centre_id_title_id_valid_from UNIQUE (centre_id, title_id, valid_to)",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_table_is_seen(db: Database, what: str) -> None:
    named, words, others, sql = CHANGES[what]
    before = shape(db)
    if db.is_sqlite:
        _rewrite(db, named.partition(".")[0], words, others)
    else:
        _run(db, sql)
    assert any(named in name for name in differences(before, shape(db))), differences(before, shape(db))


# On which databases, what must be named, and what is done.
ALL, SQLITE, POSTGRESQL = ("sqlite", "postgresql"), ("sqlite",), ("postgresql",)
MORE = (
    (ALL, "index ix_centre_search_key", "DROP INDEX ix_centre_search_key"),
    (ALL, "index ix_extra", "CREATE INDEX ix_extra ON centre (name)"),
    (ALL, "index ix_notice_unread", "DROP INDEX ix_notice_unread;\nCREATE INDEX ix_notice_unread ON notice (account_id)"),
    (ALL, "index uq_result_once_per_titre", "DROP INDEX uq_result_once_per_titre;\nCREATE INDEX uq_result_once_per_titre "
     "ON result (candidate_id) WHERE certificate_id IS NULL"),
    (ALL, "column centre.note", "ALTER TABLE centre ADD COLUMN note VARCHAR(20)"),
    (ALL, "table note", "CREATE TABLE note (id INTEGER)"),
    (ALL, "table setting", "DROP TABLE setting"),
    (SQLITE, "trigger document_no_delete", "DROP TRIGGER document_no_delete"),
    (SQLITE, "trigger candidate_search_update", "DROP TRIGGER candidate_search_update"),
    (SQLITE, "trigger draw_no_update", "DROP TRIGGER draw_no_update;\n"
     "CREATE TRIGGER draw_no_update BEFORE UPDATE ON draw BEGIN SELECT 1; END"),
    (SQLITE, "table candidate_search", "DROP TABLE candidate_search"),
    (POSTGRESQL, "trigger document_append_only", "DROP TRIGGER document_append_only ON document"),
    (POSTGRESQL, "trigger document_append_only", "ALTER TABLE document DISABLE TRIGGER document_append_only"),
    (POSTGRESQL, "trigger session_total_less", "DROP TRIGGER session_total_less ON exam_session"),
    (POSTGRESQL, "index ix_candidate_search", "DROP INDEX ix_candidate_search;\n"
     "CREATE INDEX ix_candidate_search ON candidate USING gin (to_tsvector('french', sort_key))"),
    (POSTGRESQL, "function refuse_change", "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
     "$$ BEGIN RETURN NULL; END $$"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("db", "named", "sql"), [(kind, named, sql) for where, named, sql in MORE for kind in where], indirect=["db"]
)
def test_what_was_made_or_dropped_beside_the_migrations_is_seen(db: Database, named: str, sql: str) -> None:
    before = shape(db)
    _run(db, sql)
    assert named in differences(before, shape(db))


def _run(db: Database, sql: str) -> None:
    with db.writing() as tx:
        for statement in sql.split(";\n"):
            tx.execute(text(statement))


def _rewrite(db: Database, table: str, words: str, others: str) -> None:
    """Change the text that SQLite keeps of a table, as a hand on the file would."""
    with db.writing() as tx:
        sql = tx.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).scalar_one()
        assert words in sql, sql
        tx.exec_driver_sql("PRAGMA writable_schema=ON")
        tx.exec_driver_sql("UPDATE sqlite_master SET sql = ? WHERE name = ?", (sql.replace(words, others), table))
        tx.exec_driver_sql("PRAGMA writable_schema=RESET")
    db.dispose()
