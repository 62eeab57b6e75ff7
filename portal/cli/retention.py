"""`portal retention …`"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from portal.cli.tool import Tool, refuse
from portal.files.parsers import LARGEST_NUMBER
from portal.rules.french import day, plural
from portal.rules.retention import Kind

if TYPE_CHECKING:
    from portal.features.privacy.overdue import Overdue


@click.group(help="Durées de conservation des données personnelles.")
def retention() -> None:
    pass


@retention.command("plan", help="Essai à blanc : dit ce qui a passé sa durée, et ne change rien.")
def plan_retention() -> None:
    from portal.features.privacy.overdue import plan

    tool = Tool().current()
    with tool.db.snapshot() as conn:
        found = plan(conn, tool.clock.today())
    _print(found, " à supprimer", " à rendre anonymes")
    click.echo("Rien n’a été changé : « portal retention apply » efface.")


@retention.command("apply", help="Supprime ou rend anonyme ce qui a passé sa durée, par lots ; une seconde fois ne trouve rien.")
def apply_retention() -> None:
    from portal.features.privacy.erasing import apply

    _print(apply(Tool().current().work()), ", suppression faite", ", anonymat fait")
    click.echo("C’est fait, et le journal le dit.")


@retention.command(
    "erase-candidate",
    help="Efface sur demande un candidat d’une session passée, ou retiré de sa liste : son résultat reste, sans nom. Les motifs et les "
    "incidents qui portent son nom sont effacés aussi ; relisez ceux qui le désignent autrement.",
)
@click.argument("number", metavar="SESSION", type=click.IntRange(1, LARGEST_NUMBER))
@click.argument("candidate", metavar="CANDIDAT", type=click.IntRange(1, LARGEST_NUMBER))
@click.option("--reason", metavar="MOTIF", required=True, help="Pourquoi ; le journal le garde : n’y nommez personne.")
@click.option("--yes", is_flag=True, help="Sans demander confirmation.")
def erase_candidate(number: int, candidate: int, reason: str, yes: bool) -> None:
    from portal.core.outcomes import Invalid, NotThere
    from portal.features.privacy.one_candidate import elsewhere, erase, known_as

    tool = Tool().current()
    try:
        with tool.db.reading() as conn:
            who, others = known_as(conn, number, candidate), elsewhere(conn, number, candidate)
        if (
            who.name
            and not yes
            and not click.confirm(f"Session {number}, candidat n° {candidate}, {who.name} : effacer pour de bon ?")
        ):
            refuse("Rien n’a été effacé.")
        done = erase(tool.work(), number, candidate, " ".join(reason.split()))
    except NotThere:
        refuse(f"La session {number} n’a pas, et n’a pas eu, de candidat n° {candidate}.")
    if isinstance(done, Invalid):
        refuse(" ".join(done.errors.values()))
    click.echo(done.message)
    if others:
        click.echo(f"La même personne est aussi sur la liste d’autres sessions : {', '.join(map(str, others))}.")


def _print(found: Sequence["Overdue"], deleted: str, erased: str) -> None:
    for one in found:
        how = erased if one.line.erased else deleted
        of = f", de {plural(one.sessions, 'session')}" if one.line.kind is Kind.CANDIDATES else ""
        kept = f"durée : {one.line.in_words(one.number)} {one.line.since}"
        click.echo(f"{one.line.what} : {one.count}{of}{how} (d’avant le {day(one.before)} ; {kept})")
