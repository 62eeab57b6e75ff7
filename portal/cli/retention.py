"""`portal retention …`"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from portal.cli.tool import Tool
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


def _print(found: Sequence["Overdue"], deleted: str, erased: str) -> None:
    for one in found:
        how = erased if one.line.erased else deleted
        of = f", de {plural(one.sessions, 'session')}" if one.line.kind is Kind.CANDIDATES else ""
        kept = f"durée : {one.line.in_words(one.number)} {one.line.since}"
        click.echo(f"{one.line.what} : {one.count}{of}{how} (d’avant le {day(one.before)} ; {kept})")
