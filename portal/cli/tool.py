"""What every command is handed: the settings, the database, a way to refuse."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn, TypeVar

import click
from sqlalchemy import Connection
from sqlalchemy.exc import ArgumentError

from portal.clock import Clock
from portal.files.errors import why
from portal.settings import Settings, read
from portal.store import audit
from portal.store import migrate as migrations
from portal.store.actors import Occasion, Source, operator
from portal.store.database import Database
from portal.store.work import Work

Item = TypeVar("Item")
SEALED = "Le journal de cette base n’est pas scellé sous la clé donnée"
ITS_KEY = "donnez à PORTAL_AUDIT_KEY la clé secrète (PORTAL_SECRET_KEY) sous laquelle cette base a servi jusqu’ici"


class Tool:
    """The settings and the database of one command."""

    def __init__(self) -> None:
        self.settings: Settings = read()
        try:
            self.db = Database(self.settings.database_url, self.settings.audit_key)
        except (ArgumentError, ImportError):  # an address that is none, or of an engine that is not served
            refuse("PORTAL_DATABASE_URL ne se lit pas : attendu sqlite:///CHEMIN ou postgresql://UTILISATEUR@HÔTE/BASE.")
        self.clock = Clock(self.settings.fixed_day)

    def work(self) -> Work:
        now = self.clock.now()
        return Work(self.db, Occasion(operator(), Source.CLI, now, now.date()), self.settings.unit_label)

    def current(self) -> "Tool":
        """With the schema that this version expects, and under the key of its trail."""
        self.migrated()
        with self.db.reading() as conn:
            if not audit.fits(conn, self.db.audit_key):
                refuse(self.other_key(conn))
        return self

    def migrated(self) -> "Tool":
        """With the schema that this version expects."""
        if not migrations.is_current(self.db):
            refuse("la base n’a pas le schéma attendu : lancez d’abord « portal migrate ».")
        return self

    def other_key(self, conn: Connection) -> str:
        """What is to be done where the trail is sealed under another key than that of the settings."""
        place = self.settings.older_key_of(lambda key: audit.fits(conn, key))
        if place is not None:
            return f"{SEALED} : donnez à PORTAL_AUDIT_KEY la clé n° {place} de PORTAL_OLD_SECRET_KEYS. Rien n’a été écrit."
        return f"{SEALED} : {ITS_KEY}, ou cherchez avec « portal audit verify » ce qui y a été changé. Rien n’a été écrit."


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
