"""`portal deposit …`: the deposit with the Caisse des Dépôts, as on screen."""

import tempfile
from pathlib import Path

import click

from portal.cli.tool import Tool, content_of, refuse
from portal.clock import PARIS
from portal.files.errors import why
from portal.rules.french import plural

MOST_TOLD = 50


@click.group(help="Dépose les titres obtenus à la Caisse des Dépôts, et lit ses rapports.")
def deposit() -> None:
    pass


@deposit.command(
    "make",
    help="Fait un lot de ce qui est devenu définitif et verrouillé depuis le dernier, et l’écrit en XML. Ce qui manque est dit, et "
    "attend le lot suivant.",
)
@click.argument("file", metavar="FICHIER.xml")
def make_batch(file: str) -> None:
    from portal.features.deposit.making import CannotDeposit, make

    tool, fresh = Tool().current(), None
    try:
        # A name of its own, so that two at once do not write into one file; line by line, so that what the disk does not take is
        # known before the lines are kept as sent.
        handle, fresh = tempfile.mkstemp(".partie", Path(file).name, Path(file).parent)
        with open(handle, "w", buffering=1, encoding="utf-8", newline="") as out:
            made = make(tool.work(), tool.settings.certifier, out.write)
    except BaseException as error:
        if fresh:
            Path(fresh).unlink()
        if isinstance(error, CannotDeposit):
            refuse(str(error))
        if isinstance(error, OSError):
            refuse(f"{file} : ce fichier ne peut pas être écrit ({why(error)}).")
        raise
    for left in made.left[:MOST_TOLD]:
        click.echo(f"Session {left.session}, {left.name} : il manque {', '.join(left.missing)}.", err=True)
    if len(made.left) > MOST_TOLD:
        click.echo(f"… et {plural(len(made.left) - MOST_TOLD, 'autre')}.", err=True)
    if not made.number:
        Path(fresh).unlink()
        click.echo("Rien n’est à déposer : aucun fichier n’est écrit.")
        return
    try:
        Path(fresh).replace(file)
    except OSError as error:
        refuse(
            f"Lot n° {made.number} fait, mais {file} ne peut pas être remplacé ({why(error)}) : c’est {fresh} qui est à déposer."
        )
    more = " Le lot est plein : faites-en un autre." if made.more else ""
    told = f"{plural(made.new, 'titre')}, {plural(made.corrections, 'correction')}"
    click.echo(f"Lot n° {made.number} : {told}, {len(made.left)} en attente. {file} est à déposer.{more}")


@deposit.command("read", help="Lit le rapport d’un lot : ce qui est accepté, ce qui est rejeté et pourquoi.")
@click.argument("file", metavar="RAPPORT.xml")
def read_report(file: str) -> None:
    from portal.features.deposit import queries
    from portal.features.deposit.reading import read_report as act
    from portal.files.report import BadReport
    from portal.rules.names import full_name

    data = content_of(file)
    tool = Tool().current()
    try:
        told = act(tool.work(), data)
    except BadReport as error:
        refuse(f"{error} Rien n’a été écrit.")
    with tool.db.reading() as conn:
        for one in queries.rejected(conn, told.number):
            click.echo(
                f"Session {one.session_id}, {full_name(one.last_name, one.first_name)} ({one.name}) : {one.reason}", err=True
            )
    click.echo(told.message)


@deposit.command("list", help="Les lots : leurs lignes, ce qui est accepté, rejeté, attendu.")
def list_batches() -> None:
    from portal.features.deposit import queries

    before: int | None = None
    with Tool().current().db.reading() as conn:
        while True:
            some, before = queries.batches(conn, before)
            for b in some:
                counts = f"{b.accepted} acceptées\t{b.rejected} rejetées\t{b.sent} attendues"
                click.echo(f"{b.id}\t{b.at.astimezone(PARIS):%d/%m/%Y %H:%M}\t{b.flux}\t{b.lines} lignes\t{counts}")
            if before is None:
                return
