"""`portal measures …`"""

from typing import TYPE_CHECKING

import click

from portal.cli.tool import Tool, refuse, write_out
from portal.files.cells import lines

if TYPE_CHECKING:
    from portal.features.measures.plan import Plan
    from portal.rules.measures import Measure


@click.group(help="Essaie, applique et annule les mesures automatiques.")
def measures() -> None:
    pass


@measures.command("list", help="Les mesures qu’il y a.")
def list_measures() -> None:
    from portal.features.measures.catalogue import known

    with Tool().current().db.reading() as conn:
        found = known(conn)
    for one in found.values():
        click.echo(f"{one.measure.key}  « {one.measure.label} », {one.measure.source}")
        if one.why_not:
            click.echo(f"  à corriger, ne peut être ni planifiée ni appliquée : {one.why_not}")


def _measure(name: str, tool: Tool) -> "tuple[Measure, str]":
    from portal.features.measures.catalogue import find
    from portal.rules.measure_files import MeasureError

    try:
        with tool.db.reading() as conn:
            return find(name, conn)
    except MeasureError as error:
        refuse(str(error))


def _print_plan(plan: "Plan") -> None:
    for count in plan.changes:
        click.echo(f"{count.meaning.name}\t{count.number}\t{count.meaning.effect}\t{count.meaning.words}")
    for count in plan.kept:
        if count.number:
            click.echo(f"{count.meaning.name or '-'}\t{count.number}\tInchangée\t{count.meaning.words}")
    click.echo(f"total\t{plan.touched}\tsessions à modifier sur {plan.total}")


@measures.command("plan", help="Essai à blanc : compte par cas, ne change rien.")
@click.argument("name", metavar="MESURE")
@click.option("--csv", "csv_file", metavar="FICHIER", help="Y écrit une ligne par session : ce qui changerait, et pourquoi.")
def plan_measure(name: str, csv_file: str | None) -> None:
    from portal.features.measures.plan import plan
    from portal.features.measures.report import COLUMNS, report

    tool = Tool().current()
    measure, _ = _measure(name, tool)
    with tool.db.snapshot() as conn:
        _print_plan(plan(conn, measure, tool.clock.today()))
        if csv_file:
            write_out(csv_file, lines(COLUMNS, report(conn, measure)))


@measures.command("apply", help="Applique la mesure en une transaction.")
@click.argument("name", metavar="MESURE")
def apply_measure(name: str) -> None:
    from portal.features.measures.actions import Applied, NothingToChange, apply

    tool = Tool().current()
    measure, text = _measure(name, tool)
    done = apply(tool.work(), measure, text)
    if isinstance(done, NothingToChange):
        _print_plan(done.plan)
        click.echo(done.message)
        return
    if not isinstance(done, Applied):
        refuse("Des sessions ont changé pendant le calcul ; rien n’a été modifié. Recommencez.")
    _print_plan(done.plan)
    click.echo(f"application n° {done.run_id}")


@measures.command(
    "revert", help="Annule l’application n° N ; une session modifiée depuis par quelqu’un est laissée telle quelle, et listée."
)
@click.argument("run", metavar="N", type=click.IntRange(1, 999_999_999))
def revert_measure(run: int) -> None:
    from portal.features.measures.actions import CannotRevert, Reverted, revert

    done = revert(Tool().current().work(), run)
    if isinstance(done, CannotRevert):
        refuse(done.reason)
    assert isinstance(done, Reverted)
    click.echo(f"{done.restored} sessions rétablies, annulation n° {done.run_id}")
    for number in done.left_alone:
        click.echo(f"laissée telle quelle, modifiée depuis : {number}")
