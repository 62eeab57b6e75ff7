"""The demonstration, served on a free port of 127.0.0.1 for browser tests and the gallery."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from flask import Flask
from playwright.sync_api import Browser, Playwright
from werkzeug.serving import make_server

from portal.app import create_app
from portal.demo.load import load
from portal.settings import DEMO_DAY, Settings
from portal.store import migrate
from portal.store.database import Database

Scheme = Literal["light", "dark"]
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


def chromium(playwright: Playwright, *more: str) -> Browser:
    """Debian's browser, asking nothing of the network by itself; without a window where it has one that needs none."""
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    return playwright.chromium.launch(executable_path=program, args=[*QUIET, *more])


SECRET = "a secret for pictures"  # whoever serves a copy of the loaded demonstration needs it: its trail is sealed under it


def settings_in(folder: Path) -> Settings:
    return Settings("demo", f"sqlite:///{folder / 'demo.sqlite'}", SECRET, DEMO_DAY)


def load_demonstration(folder: Path) -> Path:
    """The database of the demonstration, in one file."""
    settings = settings_in(folder)
    db = Database(settings.database_url, settings.audit_key)
    migrate.upgrade(db)
    load(db, DEMO_DAY, "UD", None, lambda items, label: items)
    with db.engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.dispose()
    return folder / "demo.sqlite"


@contextmanager
def demonstration(folder: Path) -> Iterator[str]:
    """Its address; loaded first where the folder has none."""
    if not (folder / "demo.sqlite").exists():
        load_demonstration(folder)
    with served(create_app(settings_in(folder))) as base:
        yield base


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address at which this application answers."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
