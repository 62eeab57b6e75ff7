"""The role that serves the portal on PostgreSQL, and owns none of its tables: what it may do, and no more."""

from sqlalchemy import Connection, text

from portal.store.database import Database

APPEND_ONLY = "SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = c.relname || '_append_only'"
TABLES = (
    f"SELECT c.relname, c.relname = 'alembic_version' AS version, EXISTS ({APPEND_ONLY}) AS grows FROM pg_class c "  # noqa: S608
    "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.relname"
)
SERVING = (
    "SELECT DISTINCT r.rolname FROM pg_class c, aclexplode(c.relacl) a, pg_roles r "
    "WHERE c.oid = to_regclass('exam_session') AND r.oid = a.grantee AND r.oid <> c.relowner "
    "AND a.privilege_type = 'INSERT' ORDER BY 1"  # who may only read serves nothing, and is given nothing
)
PASSES = (
    "SELECT r.rolsuper OR r.rolbypassrls OR pg_has_role(r.oid, c.relowner, 'MEMBER') FROM pg_roles r, pg_class c "
    "WHERE r.rolname = :role AND c.oid = to_regclass('exam_session')"
)


class CannotServe(Exception):
    """This role cannot serve as it should; the message is a French sentence with the mend."""


def let_serve(db: Database, role: str | None = None) -> list[str]:
    """Give the right to serve to a role, and anew to those that have it: after each migration there may be other tables.

    Gives the roles. Raises CannotServe.
    """
    if db.is_sqlite:
        if role:
            raise CannotServe("--runtime ne va qu’avec PostgreSQL : SQLite n’a pas de rôles.")
        return []
    with db.writing() as tx:
        if role:
            _refuse_passing(tx, role)
        roles = sorted({*tx.execute(text(SERVING)).scalars(), *([role] if role else [])})
        for each in roles:
            grant(tx, each)
    return roles


def grant(tx: Connection, role: str) -> None:
    """What serving takes: what can only grow is read and added to, the schema's number is read, all else is read and written."""
    name = tx.dialect.identifier_preparer.quote(role)
    tx.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {name}")
    tx.exec_driver_sql(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
    for table, version, grows in tx.execute(text(TABLES)).all():
        rights = "SELECT" if version else "SELECT, INSERT" if grows else "SELECT, INSERT, UPDATE, DELETE"
        tx.exec_driver_sql(f'REVOKE ALL ON "{table}" FROM {name}')
        tx.exec_driver_sql(f'GRANT {rights} ON "{table}" TO {name}')


def _refuse_passing(tx: Connection, role: str) -> None:
    found = tx.execute(text(PASSES), {"role": role}).one_or_none()
    if found is None:
        raise CannotServe(
            f"Le rôle « {role} » n’existe pas : CREATE ROLE {role} LOGIN (deploy/postgresql.sql), puis recommencez."
        )
    if found[0]:
        raise CannotServe(f"Le rôle « {role} » possède les tables ou passe outre : il n’y aurait pas de mur. Donnez-en un autre.")
