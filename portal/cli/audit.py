"""`portal audit …`"""

import click

from portal.cli.tool import Tool, content_of, refuse
from portal.settings import read


@click.group(help="Journal.")
def audit() -> None:
    pass


@audit.command("verify", help="Vérifie le journal, ou une preuve d’historique ; sort avec 1 et nomme le premier endroit rompu.")
@click.argument("file", required=False)
def verify_audit(file: str | None) -> None:
    from portal.features.standing.checking import verify

    if file is not None:
        _verify_proof(file)
        return
    tool = Tool().current()
    with tool.db.snapshot() as conn:
        trail = verify(conn, tool.db.audit_key)
    if trail.broken:
        refuse(f"Journal rompu : {trail.broken}.")
    click.echo(f"Journal intact : {trail.events} événements.")


def _verify_proof(file: str) -> None:
    """Without the database: the key of the settings is all it takes."""
    from portal.features.past.proofs import check

    found = check(read().audit_key, content_of(file))
    if isinstance(found, str):
        refuse(f"Preuve rompue : {found}.")
    click.echo(f"Preuve intacte : session {found[0]}, {found[1]} événements.")
