"""What the bench measures on: databases with the made volume, and people who save."""

from portal.clock import PARIS, Clock
from portal.demo.data import PASSWORD
from portal.demo.load import load
from portal.features.access.inviting import invite
from portal.features.candidates.importing import import_candidates
from portal.features.sessions.importing import import_sessions
from portal.rules.lifecycle import Role
from portal.settings import DEMO_DAY, Settings
from portal.store import migrate
from portal.store.actors import Occasion, Source, operator
from portal.store.database import Database
from portal.store.work import Work
from tests.support.world import World

SECRET = "a secret for benches"
FIRST_SAVED = 226_000


def database(url: str, sessions: int | None) -> Database:
    settings = Settings("demo", url, SECRET, DEMO_DAY)
    db = Database(url, settings.audit_key)
    migrate.upgrade(db)
    load(db, DEMO_DAY, "UD", sessions, lambda items, label: items)
    return db


def smallest(url: str) -> Database:
    """Two centres and a title: what people need to save results."""
    db = Database(url, Settings("demo", url, SECRET, DEMO_DAY).audit_key)
    migrate.upgrade(db)
    World(db, DEMO_DAY)
    return db


def environment(url: str, **more: str) -> dict[str, str]:
    return {"PORTAL_ENV": "demo", "PORTAL_DATABASE_URL": url, "PORTAL_SECRET_KEY": SECRET, "PORTAL_TODAY": "2020-06-15", **more}


def add_savers(db: Database, savers: int, more: int = 0) -> tuple[list[str], list[int]]:
    """So many accounts of the first centre, and sessions of forty candidates ready for their results: one for each, and more."""
    now = Clock(DEMO_DAY).now().astimezone(PARIS)
    work = Work(db, Occasion(operator(), Source.CLI, now, DEMO_DAY))
    with db.reading() as conn:
        siret = conn.exec_driver_sql("SELECT siret FROM centre WHERE id = (SELECT min(id) FROM centre)").scalar()
    numbers = [FIRST_SAVED + i for i in range(savers + more)]
    emails = [f"bench{i}@demo.example" for i in range(savers)]
    for email in emails:
        invite(work, email, Role.CENTRE, siret=str(siret), name="Essai", password=PASSWORD)
    rows = "".join(f"{n};{siret};TP-01303;titre;01/06/2020;05/06/2020;convocations_envoyees;\n" for n in numbers)
    import_sessions(work, f"id;siret;title;kind;starts_on;ends_on;status;actual_end_on\n{rows}".encode())
    people = "".join(f"{n};Nom{i:02};Prénom;01/02/1990;\n" for n in numbers for i in range(40))
    import_candidates(work, f"session;last_name;first_name;born_on;email\n{people}".encode())
    return emails, numbers
