"""Changing a table that has rows, the same to a migration on both databases.

PostgreSQL alters a table in place. SQLite cannot change a constraint: there the table is made anew beside the old one, the rows
are copied, and the new one takes its place with its indexes and triggers, and with the triggers of other tables that write to it.

Migrations stand on this module for good: what it does today to `alter_table(…)` it does in ten years. It imports nothing of the portal.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa
from alembic import op

Constraints = Mapping[str, str | None]
Columns = Sequence[sa.Column[object]]


def alter_table(
    table: str,
    *,
    constraints: Constraints | None = None,
    add: Columns = (),
    drop: Sequence[str] = (),
    nullable: Sequence[str] = (),
    once: bool = False,
) -> None:
    """Change the constraints and the columns of a table; nothing else of it changes, and no row is lost.

    `constraints`: by its whole name, what a constraint says from now on (`CHECK (…)`, `UNIQUE (…)`, `FOREIGN KEY (…) REFERENCES …`),
    new or not; None takes it away. `add`: columns, with a `server_default` where they are never null. `drop`: names of
    columns; an index over one is dropped before. `nullable`: names of columns that may be empty from now on. `once`: the number of a
    row that is gone is given to no other, as PostgreSQL always has it. What is not there, and rows that a new constraint refuses,
    stop the migration.
    """
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(op.get_bind(), table, constraints or {}, add, drop, nullable, once)
        return
    for name in nullable:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {name} DROP NOT NULL")
    for name, words in (constraints or {}).items():
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {'IF EXISTS ' if words else ''}{name}")
    for gone in drop:
        op.drop_column(table, gone)
    for column in add:
        op.add_column(table, column)
    for name, words in (constraints or {}).items():
        if words:
            op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {words}")


# ---- SQLite, https://sqlite.org/lang_altertable.html#otheralter


def _rebuild(
    conn: sa.Connection,
    table: str,
    constraints: Constraints,
    add: Columns,
    drop: Sequence[str],
    nullable: Sequence[str],
    once: bool,
) -> None:
    if conn.exec_driver_sql("PRAGMA foreign_keys").scalar():
        raise RuntimeError("foreign keys are on: dropping the old table would take along what refers to it")
    sql = conn.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).scalar()
    if sql is None:
        raise LookupError(f"there is no table {table}")
    body, options = _body(sql)
    columns, rules = _taken_apart(_parts(body))
    for name in drop:
        if columns.pop(name, None) is None:
            raise LookupError(f"{table} has no column {name}")
    for name in nullable:
        columns[name][0] = columns[name][0].replace(" NOT NULL", "", 1)
    if once:
        rules.pop(f"pk_{table}", None)
        columns["id"] = ["id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT"]
    for name, words in constraints.items():
        if rules.pop(name, None) is None and not _stripped(columns, name) and words is None:
            raise LookupError(f"{table} has no constraint {name}")
    rules |= {name: f"CONSTRAINT {name} {words}" for name, words in constraints.items() if words}
    kept = ", ".join(f'"{name}"' for name in columns)
    parts = [*(" ".join(words) for words in columns.values()), *(_specification(conn, column) for column in add), *rules.values()]
    around = _around(conn, table)
    for kind, name, _ in around:
        conn.exec_driver_sql(f'DROP {kind} "{name}"')
    conn.exec_driver_sql(f"CREATE TABLE _{table}_anew (\n\t" + ", \n\t".join(parts) + f"\n){options}")
    conn.exec_driver_sql(f'INSERT INTO _{table}_anew ({kept}) SELECT {kept} FROM "{table}"')
    conn.exec_driver_sql(f'DROP TABLE "{table}"')
    conn.exec_driver_sql(f'ALTER TABLE _{table}_anew RENAME TO "{table}"')
    for _, _, statement in around:
        conn.exec_driver_sql(statement)
    if conn.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").scalar():
        conn.exec_driver_sql(f'ANALYZE "{table}"')  # what the planner knew of it went with the old table


def _around(conn: sa.Connection, table: str) -> list[tuple[str, str, str]]:
    """Indexes of this table, triggers on it, and views and triggers elsewhere that name it: kind, name, how each was made."""
    found = conn.exec_driver_sql(
        "SELECT type, name, sql, tbl_name FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL ORDER BY rowid"
    )
    named = re.compile(rf"\b{re.escape(table)}\b")
    return [(r.type, r.name, r.sql) for r in found if r.tbl_name == table or (r.type != "index" and named.search(r.sql))]


def _specification(conn: sa.Connection, column: sa.Column[object]) -> str:
    sa.Table("anew", sa.MetaData(), column)
    return str(sa.schema.CreateColumn(column).compile(dialect=conn.dialect))


def _body(sql: str) -> tuple[str, str]:
    """What stands between the parentheses of a CREATE TABLE, and what stands after them (`WITHOUT ROWID`)."""
    first, last = sql.index("("), sql.rindex(")")
    return sql[first + 1 : last], sql[last + 1 :]


def _parts(body: str) -> Iterator[str]:
    """The columns and constraints: what commas part, those inside parentheses and quotes aside."""
    depth, quoted, begin = 0, "", 0
    for place, sign in enumerate(body):
        if quoted:
            quoted = "" if sign == quoted else quoted
        elif sign in "'\"":
            quoted = sign
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "," and not depth:
            yield body[begin:place].strip()
            begin = place + 1
    yield body[begin:].strip()


def _stripped(columns: dict[str, list[str]], constraint: str) -> bool:
    """Whether a column bore this constraint, which it does no longer."""
    for words in columns.values():
        for own in words[1:]:
            if own.split()[1].partition("(")[0] == constraint:
                words.remove(own)
                return True
    return False


def _taken_apart(parts: Iterator[str]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Columns and constraints by name. A constraint that was added with its column stands behind it, and goes with it."""
    columns: dict[str, list[str]] = {}
    rules: dict[str, str] = {}
    for part in parts:
        column, *own = re.split(r"\s*\bCONSTRAINT (?=\w+ )", part)
        name = column.split()[0].strip('"') if column else ""
        if name.upper() in ("CHECK", "UNIQUE", "FOREIGN", "PRIMARY"):
            rules[part] = part  # it has no name: its words are its name
        elif name:
            columns[name] = [column, *(f"CONSTRAINT {words}" for words in own)]
        else:
            rules[re.split(r"[ (]", own[0], maxsplit=1)[0]] = part
    return columns, rules
