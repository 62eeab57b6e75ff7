"""What a database does by itself, declared beside the tables it guards or follows, in each database's own words.

`metadata.create_all` makes all of it. The migrations bring a database there step by step, with words of their own, which
stay as they were; a test compares where both arrive (tests/guard/test_schema.py).
"""

from sqlalchemy import DDL, PrimaryKeyConstraint, Table, UniqueConstraint, event

from portal.store.base import metadata


def also(dialect: str, *statements: str, when: str = "after_create") -> None:
    """Run these statements, on this kind of database, whenever all tables are made."""
    for statement in statements:
        event.listen(metadata, when, DDL(statement.replace("%", "%%")).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]


def append_only(table: Table) -> None:
    """Rows of this table are never changed, deleted or replaced: the database itself refuses it, whoever asks."""
    unique = [key for key in table.constraints if isinstance(key, PrimaryKeyConstraint | UniqueConstraint)]
    keys = sorted((isinstance(key, UniqueConstraint), [f"{c.name} = NEW.{c.name}" for c in key.columns]) for key in unique)
    taken = " OR ".join(f"EXISTS (SELECT 1 FROM {table.name} WHERE {' AND '.join(key)})" for _, key in keys)  # noqa: S608
    also(  # SQLite asks its triggers on DELETE nothing where an INSERT OR REPLACE takes the place of a row
        "sqlite",
        f"CREATE TRIGGER {table.name}_no_replace BEFORE INSERT ON {table.name} WHEN {taken} "
        f"BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END",
    )
    for verb in ("UPDATE", "DELETE"):
        also(
            "sqlite",
            f"CREATE TRIGGER {table.name}_no_{verb.lower()} BEFORE {verb} ON {table.name} "
            f"BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END",
        )
    also(
        "postgresql",
        f"CREATE TRIGGER {table.name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table.name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    )


also(
    "postgresql",
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
    when="before_create",
)
