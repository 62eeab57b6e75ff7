"""What every command is handed: the settings, the database, a way to refuse."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn, TypeVar

import click
from sqlalchemy import Connection

from portal.clock import Clock
from portal.core.heads import signer, signs_now
from portal.files.errors import why
from portal.settings import Settings, read
from portal.store import audit
from portal.store import migrate as migrations
from portal.store.actors import Occasion, Source, operator
from portal.store.database import Database
from portal.store.work import Work

Item = TypeVar("Item")
SEALED = "Le journal de cette base n’est pas scellé sous la clé donnée"
MAKES_IT = "« portal migrate » la crée, ou corrigez PORTAL_DATABASE_URL"
HANDED = "la signature du journal a été passée à une autre clé (portal keys hand-over) : donnez-la à PORTAL_SIGNATURE_KEY"
ITS_KEY = "donnez à PORTAL_AUDIT_KEY la clé secrète (PORTAL_SECRET_KEY) sous laquelle cette base a servi jusqu’ici"


class Tool:
    """The settings and the database of one command."""

    def __init__(self) -> None:
        self.settings: Settings = read()
        self.db = Database(self.settings.database_url, self.settings.audit_key).seen_by(operator())
        self.clock = Clock(self.settings.fixed_day)

    def work(self) -> Work:
        now = self.clock.now()
        return Work(self.db, Occasion(operator(), Source.CLI, now, now.date()), self.settings.unit_label)

    def made(self) -> "Tool":
        """With a database, of whichever version."""
        if self.db.is_sqlite and not Path(str(self.db.url.database)).exists():
            refuse(f"Il n’y a pas de base à {self.db.url.database} : {MAKES_IT}.")
        with self.db.reading() as conn:
            state = migrations.state(conn)
        if state.revision is None:
            refuse(f"Le schéma de la base {schema_said(state)} : {schema_mend(state)}.")
        return self

    def current(self) -> "Tool":
        """With the schema that this version expects, and under the key of its trail."""
        self.migrated()
        with self.db.reading() as conn:
            if mend := key_mend(conn, self.settings):
                refuse(f"{SEALED} : {mend}. Rien n’a été écrit.")
        return self

    def migrated(self) -> "Tool":
        """With the schema that this version expects."""
        self.made()
        with self.db.reading() as conn:
            state = migrations.state(conn)
        if mend := schema_mend(state):
            refuse(f"Le schéma de la base {schema_said(state)} : {mend}.")
        return self


def schema_said(state: migrations.State) -> str:
    """How the schema of a database stands to the one that this version expects."""
    if state.revision is None:
        return "manque"
    if state.is_current:
        return f"est le {state.expected}"
    return f"est le {state.revision}, et cette version attend le {state.expected}"


def schema_mend(state: migrations.State) -> str:
    """What is to be done before this version serves the database; empty where nothing is."""
    if state.is_current:
        return ""
    if state.revision is None:
        return MAKES_IT
    if state.known:
        return "arrêtez le portail, sauvegardez (« portal backup »), puis lancez « portal migrate »"
    return "installez la version du portail qui a servi cette base, ou une plus récente"


def key_mend(conn: Connection, settings: Settings) -> str:
    """What is to be done where the trail is sealed under another key than that of the settings; empty where it is not."""
    if audit.fits(conn, settings.audit_key):
        return "" if signs_now(conn, signer(settings).key) else HANDED
    if place := settings.older_key_of(lambda key: audit.fits(conn, key)):
        return f"donnez à PORTAL_AUDIT_KEY la clé n° {place} de PORTAL_OLD_SECRET_KEYS"
    return f"{ITS_KEY}, ou cherchez avec « portal audit verify » ce qui y a été changé"


def refuse(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)


def progress(items: Iterable[Item], label: str) -> Iterable[Item]:
    """Shown on a terminal only; nothing in a log."""
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, label=label, file=sys.stderr) as bar:
        yield from bar


def telling() -> Callable[[str, int, int], None]:
    """How far a long reading has come: shown on a terminal only; nothing in a log."""
    shown = sys.stderr.isatty()

    def tell(what: str, done: int, all_: int) -> None:
        if shown:
            click.echo(f"\r{what} : {done} / {max(done, all_)} ", err=True, nl=done >= all_)

    return tell


def content_of(path: str) -> bytes:
    """What the file holds; « - » is the standard input."""
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        refuse(f"{path} : ce fichier ne peut pas être lu ({why(error)}).")


def write_out(path: str | None, text: Iterable[str]) -> None:
    """Into the file; without one, or to « - », on the standard output."""
    if path is None or path == "-":
        for line in text:
            sys.stdout.buffer.write(line.encode())
        sys.stdout.buffer.flush()
        return
    try:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.writelines(text)
    except OSError as error:
        refuse(f"{path} : ce fichier ne peut pas être écrit ({why(error)}).")
