"""A database's schema as the database itself tells it, one line a thing, so that two of them can be laid side by side.

A name stands once a thing (« column candidate.born_on »), its words are normalised: SQLite keeps what was typed, so spaces and
quotes are taken out; PostgreSQL writes everything again in its own way.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, text

from portal.store.database import Database
from portal.store.tables import metadata
from tests.support.postgres import OWNER, as_owner

Shape = dict[str, str]


def shape(db: Database) -> Shape:
    """Tables, columns, constraints, indexes, triggers and functions."""
    with db.reading() as conn:
        return dict(_sqlite(conn) if db.is_sqlite else _postgresql(conn))


def of_the_models(db: Database) -> Shape:
    """What the tables, constraints and triggers declared in `portal.store` come to on this kind of database."""
    with empty_like(db) as empty:
        with empty.writing() as tx:
            metadata.create_all(tx)
        return shape(empty)


def differences(expected: Shape, found: Shape) -> dict[str, tuple[str | None, str | None]]:
    """What is not the same: as expected, and as found."""
    names = sorted(expected.keys() | found.keys())
    return {name: (expected.get(name), found.get(name)) for name in names if expected.get(name) != found.get(name)}


@contextmanager
def empty_like(db: Database, copied: str = "template1") -> Iterator[Database]:
    """An empty database of the same kind, beside this one; on PostgreSQL a copy of another, if one is named."""
    name = f"beside_{uuid4().hex}"
    if db.is_sqlite:
        assert db.url.database
        url = db.url.set(database=str(Path(db.url.database).with_name(f"{name}.sqlite")))
    else:
        url = db.url.set(database=name, username=OWNER)
        outside(db, f"CREATE DATABASE {name} TEMPLATE {copied}")
    beside = Database(url.render_as_string(hide_password=False), db.audit_key)
    try:
        yield beside
    finally:
        beside.dispose()
        if not db.is_sqlite:
            outside(db, f"DROP DATABASE {name} WITH (FORCE)")


def outside(db: Database, sql: str) -> None:
    with as_owner(db) as own, own.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text(sql))


# ---- SQLite

TABLES = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'candidate_search_%'"
)


def _sqlite(conn: Connection) -> Iterator[tuple[str, str]]:
    for table, sql in conn.exec_driver_sql(TABLES).all():
        if table == "alembic_version":
            continue
        yield f"table {table}", _bare(sql) if sql.startswith("CREATE VIRTUAL") else ""
        for c in conn.exec_driver_sql(f"PRAGMA table_xinfo({table})").mappings():
            yield f"column {table}.{c['name']}", f"{c['type']}, not null {c['notnull']}, default {c['dflt_value']}, key {c['pk']}"
        yield from _references(conn, table)
        yield from _indexes(conn, table)
        for number, (name, words) in enumerate(_checks(sql)):
            yield f"check {table}.{name or number}", words
        for name, kind in re.findall(r"\bCONSTRAINT (\w+) (\w+)", sql):
            yield f"constraint {table}.{name}", "FOREIGN" if kind == "REFERENCES" else kind
    for name, sql in conn.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')"):
        yield f"trigger {name}", _bare(sql)


def _references(conn: Connection, table: str) -> Iterator[tuple[str, str]]:
    found: dict[int, list[tuple[str, str, str]]] = {}
    for r in conn.exec_driver_sql(f"PRAGMA foreign_key_list({table})").mappings():
        rest = f"{r['table']}, on update {r['on_update']}, on delete {r['on_delete']}"
        found.setdefault(r["id"], []).append((r["from"], r["to"], rest))
    for parts in found.values():
        here, there = (", ".join(part[side] for part in parts) for side in (0, 1))
        yield f"foreign key {table}({here})", f"({there}) of {parts[0][2]}"


def _indexes(conn: Connection, table: str) -> Iterator[tuple[str, str]]:
    for index in conn.exec_driver_sql(f"PRAGMA index_list({table})").mappings():
        if index["origin"] == "c":
            sql = conn.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = ?", (index["name"],)).scalar_one()
            yield f"index {index['name']}", _bare(sql)
        else:
            columns = [row["name"] for row in conn.exec_driver_sql(f"PRAGMA index_info({index['name']})").mappings()]
            yield f"unique {table}({', '.join(columns)})", index["origin"]


def _checks(sql: str) -> Iterator[tuple[str, str]]:
    """The name and the words of each CHECK: up to the parenthesis that closes it, those inside quotes aside."""
    for found in re.finditer(r"(?:CONSTRAINT (\w+) )?CHECK ?\(", sql):
        depth, quoted = 1, False
        for place in range(found.end(), len(sql)):
            quoted ^= sql[place] == "'"
            depth += 0 if quoted else {"(": 1, ")": -1}.get(sql[place], 0)
            if not depth:
                break
        yield found.group(1) or "", _bare(sql[found.end() : place])


def _bare(sql: str) -> str:
    return re.sub(r"\s*([(),=])\s*", r"\1", re.sub(r"\s+", " ", sql.replace('"', ""))).strip()


# ---- PostgreSQL

MINE = "n.nspname = 'public' AND c.relname <> 'alembic_version'"
OF_A_TABLE = f"JOIN pg_class c ON c.oid = %s JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {MINE}"
ASKED = (
    f"SELECT 'table ' || c.relname, c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    f"WHERE {MINE} AND c.relkind IN ('r', 'v', 'm', 'p')",
    "SELECT 'column ' || c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod) || ', not null ' || a.attnotnull"
    " || ', default ' || coalesce(pg_get_expr(d.adbin, d.adrelid), 'none') || a.attidentity::text || a.attgenerated::text "
    "FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
    + OF_A_TABLE % "a.attrelid"
    + " AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped",
    # (that a column is never null stands with the column)
    "SELECT 'constraint ' || c.relname || '.' || k.conname, pg_get_constraintdef(k.oid) || ', valid ' || k.convalidated "
    "FROM pg_constraint k " + OF_A_TABLE % "k.conrelid" + " AND k.contype <> 'n'",
    "SELECT 'index ' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid) || ', valid ' || i.indisvalid "
    "FROM pg_index i " + OF_A_TABLE % "i.indrelid" + " AND c.relkind = 'r'",
    "SELECT 'trigger ' || t.tgname, pg_get_triggerdef(t.oid) || ', ' || t.tgenabled::text "
    "FROM pg_trigger t " + OF_A_TABLE % "t.tgrelid" + " AND NOT t.tgisinternal",
    "SELECT 'wall ' || c.relname, c.relrowsecurity || ', forced ' || c.relforcerowsecurity || ', ' "
    "|| coalesce(string_agg(p.polname || p.polcmd::text || pg_get_expr(p.polqual, p.polrelid), '; '), '') "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_policy p ON p.polrelid = c.oid "
    f"WHERE {MINE} AND c.relrowsecurity GROUP BY c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity",
    "SELECT 'function ' || p.proname, pg_get_functiondef(p.oid) "
    "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public'",
)


def _postgresql(conn: Connection) -> Iterator[tuple[str, str]]:
    for sql in ASKED:
        for name, words in conn.execute(text(sql.replace(":", "\\:"))).all():
            yield name, _uncast(_bare(words))


def _uncast(words: str) -> str:
    """A dump that is read in again casts the same words in other places; what is cast to text and back is told without it."""
    bare = re.sub(r"::(character varying|text)(\[\])?", "", words)
    while (shorter := re.sub(r"\((\w+|'[^']*'|ARRAY\[[^]]*\])\)", r"\1", bare)) != bare:
        bare = shorter
    return bare
