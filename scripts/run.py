"""`make run`: bring the database up, load the demonstration when it is new, say where and how to sign in, and serve.

`--reload` (`make dev`): a template is read again when it changes; the server starts again when the code does.
"""

import os
import sys

from sqlalchemy import func, select
from werkzeug.serving import run_simple

from portal.app import create_app
from portal.cli import cli
from portal.demo.data import ACCOUNTS, PASSWORD
from portal.demo.load import load
from portal.environment import SettingsError
from portal.paths import STATIC
from portal.rules.french import long_day
from portal.settings import read
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
if "WERKZEUG_RUN_MAIN" not in os.environ:  # said once, not at each change
    print(f"\nPortail des sessions : http://127.0.0.1:{settings.port}")
    print(f"La démonstration vit le {long_day(day)}. Mot de passe de tous les comptes : {PASSWORD}")
    for email, name, role, _ in ACCOUNTS:
        print(f"  {email:<30} {role:<9} {name}")
    print("Ctrl+C pour arrêter.\n", flush=True)
if "--reload" in sys.argv:
    app = create_app(settings)
    app.jinja_env.auto_reload = True
    files = [str(file) for file in STATIC.iterdir()]
    run_simple("127.0.0.1", settings.port, app, use_reloader=True, extra_files=files, threaded=True)
else:
    cli.main(["serve"])
