"""The database: is it there, of this version, under these keys, with limits, and of one time with us?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from portal.cli.doctor.lines import Line
from portal.cli.tool import MAKES_IT, key_mend, schema_mend, schema_said
from portal.clock import PARIS
from portal.features.notices.stuck import waits
from portal.features.privacy.overdue import plan
from portal.features.second_factor.renewing import standing
from portal.features.second_factor.secrets_box import Box
from portal.settings import Settings
from portal.store import audit, migrate, walls
from portal.store.actors import operator
from portal.store.database import HELD_UP, Database
from portal.store.reaching import where, why

APART = timedelta(seconds=5)  # between two clocks: beyond, sign-ins and codes end too early
FORGOTTEN = timedelta(days=7)  # what is past its time goes every night
LIMITS = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")


def lines_of_database(settings: Settings, *, keys_known: bool) -> Iterator[Line]:
    """A line a thing; of a database that is not there, one."""
    db = Database(settings.database_url, settings.audit_key, HELD_UP).seen_by(operator())
    try:
        if db.is_sqlite and not Path(str(db.url.database)).exists():
            yield Line("Base", f"il n’y en a pas à {where(db.url)}", MAKES_IT)
            return
        with db.reading() as conn:
            yield Line("Base", f"{where(db.url)} répond ({_engine(conn, db)})")
            state = migrate.state(conn)
            mend = schema_mend(state)
            yield Line("Schéma", schema_said(state), mend)
            yield from _limits(conn, db)
            yield from _wall(conn, db, settings)
            yield from _clock(conn, db)
            if not mend:
                yield from _kept(conn, settings, keys_known)
    except DBAPIError as error:
        said, _, mend = why(error, db.url).rstrip(".").partition(" : ")
        yield Line("Base", said, mend or "voyez le journal du serveur de base de données")
    finally:
        db.dispose()


def _engine(conn: Connection, db: Database) -> str:
    if db.is_sqlite:
        return f"SQLite {conn.exec_driver_sql('SELECT sqlite_version()').scalar()}"
    return f"PostgreSQL {conn.exec_driver_sql('SHOW server_version').scalar()}"


def _limits(conn: Connection, db: Database) -> Iterator[Line]:
    if db.is_sqlite:
        yield Line("Délais", f"un écrivain attend l’autre {conn.exec_driver_sql('PRAGMA busy_timeout').scalar()} ms au plus")
        return
    for name in LIMITS:
        found = str(conn.exec_driver_sql(f"SHOW {name}").scalar())
        mend = (
            "la limite du portail n’arrive pas jusqu’au serveur (un intermédiaire retient « options » ?) : connectez-le sans lui"
        )
        yield Line(f"Délais : {name}", found, mend if found == "0" else "")


def _wall(conn: Connection, db: Database, settings: Settings) -> Iterator[Line]:
    if db.is_sqlite:
        return
    stands, production = bool(conn.info.get(walls.WALLED)), not settings.demo
    mend = f"migrez avec un compte maître et servez avec un autre (« portal migrate --runtime {db.url.username} », deploy/postgresql.sql)"
    said = "la base ne donne à chacun que les siens" if stands else "ce compte possède les tables, ou passe outre"
    yield Line("Second mur", said, "" if stands or not production else mend)


def _clock(conn: Connection, db: Database) -> Iterator[Line]:
    """Of the server of the database; SQLite has ours."""
    if db.is_sqlite:
        return
    theirs: datetime = conn.execute(select(func.clock_timestamp())).scalar_one()
    apart = abs(datetime.now(UTC) - theirs)
    said = f"à {apart.total_seconds():.1f} s de celle du serveur de base de données"
    yield Line("Horloge", said, "réglez les deux sur le même serveur de temps (NTP)" if apart > APART else "")


def _kept(conn: Connection, settings: Settings, keys_known: bool) -> Iterator[Line]:
    """What only a database of this version tells."""
    now = datetime.now(UTC)
    last = conn.execute(select(audit.audit_event.c.at).order_by(audit.audit_event.c.id.desc()).limit(1)).scalar()
    if last and not settings.demo:  # the demonstration lives on another day
        mend = "le dernier événement du journal est à venir : l’horloge a reculé, remettez-la à l’heure"
        yield Line("Horloge", f"dernier événement du journal le {last:%d/%m/%Y à %H:%M} UTC", mend if last > now + APART else "")
    if keys_known:
        mend = key_mend(conn, settings)
        yield Line("Clé du journal", "ce n’est pas celle de cette base" if mend else "c’est celle de cette base", mend)
        old, lost = standing(conn, Box(settings.factor_keys))
        yield Line("Clé des codes", f"{old} secrets sous une ancienne clé", "« portal keys renew »" if old else "")
        mend = "leur clé manque : remettez-la dans PORTAL_OLD_SECRET_KEYS, ou « portal users reset ADRESSE --second-factor »"
        yield Line("Secrets des codes", f"{lost} qu’aucune clé ne lit", mend if lost else "")
    late = waits(conn, now).late if settings.smtp_host else 0
    mend = (
        "« portal worker » tourne-t-il ? La colonne « problem » de la table « mail » dit ce qu’a répondu le serveur de courriel"
    )
    yield Line("Courriels en retard", str(late), mend if late else "")
    if not settings.demo:
        forgotten = sum(one.count for one in plan(conn, (now - FORGOTTEN).astimezone(PARIS).date()))
        mend = "« portal retention plan », puis « portal retention apply » chaque nuit"
        yield Line("Durées de conservation", f"{forgotten} à effacer depuis plus d’une semaine", mend if forgotten else "")
