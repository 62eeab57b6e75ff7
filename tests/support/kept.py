"""One PostgreSQL database for one test after the other: put back in between, its connections kept.

To make a database for each test, and to open connections that know nothing of it yet, took longer than what most tests ask of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from tests.support.postgres import created

OFTEN = 40  # tests in one database: what they deleted lies about in it, and no vacuum comes
# Remembers the rows of each table in another schema, and makes what puts them back; that the schema was changed is noted there too.
REMEMBER = """
DO $$
DECLARE
  one record; columns text; emptied text := ''; filled text := '';
BEGIN
  CREATE SCHEMA aside;
  FOR one IN SELECT oid, relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
    SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
      WHERE attrelid = one.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    EXECUTE format('CREATE TABLE aside.%1$I AS SELECT %2$s FROM public.%1$I', one.relname, columns);
    emptied := emptied || format('DELETE FROM public.%I; ', one.relname);
    filled := filled || format('INSERT INTO public.%1$I (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM aside.%1$I; ', one.relname, columns);
  END LOOP;
  FOR one IN SELECT sequencename, last_value, start_value FROM pg_sequences WHERE schemaname = 'public' LOOP
    filled := filled || format('PERFORM setval(%L, %s, %L); ', 'public.' || one.sequencename,
      coalesce(one.last_value, one.start_value), one.last_value IS NOT NULL);
  END LOOP;
  CREATE TABLE aside.changed (what text);
  EXECUTE 'CREATE FUNCTION aside.put_back() RETURNS boolean LANGUAGE plpgsql SET search_path = public AS $f$ BEGIN '
    || 'IF EXISTS (SELECT FROM aside.changed) OR EXISTS (SELECT FROM pg_statistic WHERE starelid >= 16384) '
    || 'THEN RETURN false; END IF; ' || emptied || filled || 'RETURN true; END $f$';
  CREATE FUNCTION aside.note() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
    AS $f$ BEGIN INSERT INTO aside.changed VALUES (tg_tag); END $f$;
  CREATE EVENT TRIGGER noted ON ddl_command_end EXECUTE FUNCTION aside.note();
  CREATE EVENT TRIGGER dropped ON sql_drop EXECUTE FUNCTION aside.note();
  ALTER EVENT TRIGGER noted ENABLE ALWAYS; -- also of who changes tables by hand, past all triggers
  ALTER EVENT TRIGGER dropped ENABLE ALWAYS;
END $$
"""
OTHERS = """SELECT count(*) FROM pg_stat_activity
  WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> ALL(%s)"""


class Kept:
    """The database `name`, made from `template`, at `server` (its address up to the name)."""

    def __init__(self, over_all: psycopg.Connection, server: str, template: str) -> None:
        self.over_all, self.name, self.times = over_all, f"test_{uuid4().hex}", 0
        created(over_all, self.name, template)
        self.url = f"{server}/{self.name}"
        self.conn = psycopg.connect(self.url, autocommit=True, options="-c session_replication_role=replica -c lock_timeout=2s")
        self.conn.execute(REMEMBER)
        LYING[self.name] = []

    def put_back(self) -> bool:
        """Whether all stands as it was made: not where tables were changed, or somebody is still there."""
        self.times += 1
        if self.times >= OFTEN:
            return False
        mine = [conn.info.backend_pid for _, conn in LYING[self.name]]
        try:
            others = self.conn.execute(OTHERS, [[self.conn.info.backend_pid, *mine]]).fetchone()
            return others == (0,) and self.conn.execute("SELECT aside.put_back()").fetchone() == (True,)
        except (psycopg.errors.LockNotAvailable, psycopg.OperationalError):
            return False

    def drop(self) -> None:
        for conn in [self.conn, *(conn for _, conn in LYING.pop(self.name))]:
            conn.close()
        self.over_all.execute(f"DROP DATABASE {self.name} WITH (FORCE)")


# Connections that nobody has just now, of each kept database, with how they were opened.
LYING: dict[str, list[tuple[str, psycopg.Connection]]] = {}


@contextmanager
def connections_kept() -> Iterator[None]:
    """A connection to a kept database that an application closes lies ready for the next that opens one alike."""
    connect = PGDialect_psycopg.connect
    opened: dict[psycopg.Connection, str] = {}

    def open_(dialect: PGDialect_psycopg, **how: object) -> psycopg.Connection:
        told = repr([(name, how[name]) for name in sorted(how) if name != "context"])  # (the context of all is the same)
        lying = LYING.get(str(how["dbname"]), [])
        for one in lying:
            if one[0] == told:
                lying.remove(one)
                return one[1]
        conn = connect(dialect, **how)
        assert isinstance(conn, psycopg.Connection)
        opened[conn] = told
        return conn

    def lay(dialect: PGDialect_psycopg, conn: psycopg.Connection) -> None:
        if conn.closed or conn not in opened or conn.info.dbname not in LYING:
            opened.pop(conn, None)
            conn.close()
            return
        conn.rollback()
        conn.autocommit = True
        conn.execute("RESET ALL; SELECT pg_advisory_unlock_all()")
        conn.autocommit = False
        LYING[conn.info.dbname].append((opened[conn], conn))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PGDialect_psycopg, "connect", open_)
        patch.setattr(PGDialect_psycopg, "do_close", lay)
        yield
