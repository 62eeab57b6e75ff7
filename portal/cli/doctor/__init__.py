"""`portal doctor`: what would hurt, before it does, a line each with its mend."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from portal.cli.doctor.around import lines_around
from portal.cli.doctor.base import lines_of_database
from portal.cli.doctor.given import given_lines
from portal.cli.doctor.lines import Line
from portal.paths import INSTANCE
from portal.settings import looked_at


def examine(environ: Mapping[str, str], instance: Path = INSTANCE) -> Iterator[Line]:
    """All that is looked at, each as soon as it is known; what is wrong stops nothing."""
    settings, given = looked_at(environ, instance)
    yield from given_lines(environ, settings, given)
    wrong = {one.name for one in given if one.problem}
    if "PORTAL_DATABASE_URL" in wrong:
        yield Line("Base", "non examinée", "donnez d’abord une adresse juste à PORTAL_DATABASE_URL")
    else:
        yield from lines_of_database(settings, keys_known="PORTAL_SECRET_KEY" not in wrong and "PORTAL_AUDIT_KEY" not in wrong)
    yield from lines_around(settings)


@click.command(help="Examine les réglages et ce qui entoure le portail ; sort avec 1 si quelque chose ferait mal.")
def doctor() -> None:
    hurts = 0
    for line in examine(os.environ):
        click.echo(line.told)
        hurts += bool(line.mend)
    click.echo(f"{hurts} point{'s' if hurts > 1 else ''} à corriger." if hurts else "Rien à corriger.")
    sys.exit(1 if hurts else 0)
