"""What every command is handed: the settings, the database, a way to refuse."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn, TypeVar

import click

from portal.clock import Clock
from portal.settings import Settings, read
from portal.store import migrate as migrations
from portal.store.actors import Occasion, Source, operator
from portal.store.database import Database
from portal.store.work import Work

Item = TypeVar("Item")


class Tool:
    """The settings and the database of one command."""

    def __init__(self) -> None:
        self.settings: Settings = read()
        self.db = Database(self.settings.database_url, self.settings.audit_key)
        self.clock = Clock(self.settings.fixed_day)

    def work(self) -> Work:
        now = self.clock.now()
        return Work(self.db, Occasion(operator(), Source.CLI, now, now.date()), self.settings.unit_label)

    def current(self) -> "Tool":
        if not migrations.is_current(self.db):
            refuse("la base n’a pas le schéma attendu : lancez d’abord « portal migrate ».")
        return self


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
        refuse(f"{path} : ce fichier ne peut pas être lu ({error.strerror}).")


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
        refuse(f"{path} : ce fichier ne peut pas être écrit ({error.strerror}).")
