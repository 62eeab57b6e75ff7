"""`make run`: bring the database up, load the demonstration when it is new, say where and how to sign in, and serve."""

import sys

from sqlalchemy import func, select

from portal.cli import cli
from portal.demo.data import ACCOUNTS, PASSWORD
from portal.demo.load import load
from portal.rules.french import long_day
from portal.settings import SettingsError, read
from portal.store import migrate
from portal.store.accounts import account
from portal.store.database import Database
from portal.store.sessions import exam_session

try:
    settings = read()
except SettingsError as error:
    sys.exit(str(error))
db = Database(settings.database_url, settings.audit_key)
try:
    migrate.upgrade(db)
except migrate.CannotMigrate as error:
    sys.exit(str(error))
with db.reading() as conn:
    empty = not conn.execute(select(func.count()).select_from(exam_session)).scalar()
    empty = empty and not conn.execute(select(func.count()).select_from(account)).scalar()
day = settings.fixed_day
assert day
if empty:
    print("Chargement de la démonstration…", flush=True)
    load(db, day, settings.unit_label, None, lambda items, label: items)
db.dispose()
print(f"\nPortail des sessions : http://127.0.0.1:{settings.port}")
print(f"La démonstration vit le {long_day(day)}. Mot de passe de tous les comptes : {PASSWORD}")
for email, name, role, _ in ACCOUNTS:
    print(f"  {email:<30} {role:<9} {name}")
print("Ctrl+C pour arrêter.\n", flush=True)
cli.main(["serve"])
