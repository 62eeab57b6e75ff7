"""`portal audit …`"""

from typing import TYPE_CHECKING

import click

from portal.cli.tool import Tool, content_of, refuse, telling
from portal.rules.french import plural
from portal.settings import read

if TYPE_CHECKING:
    from portal.files.note import Head


@click.group(help="Vérifie le journal.")
def audit() -> None:
    pass


@audit.command("verify", help="Vérifie le journal, ou une preuve d’historique ; sort avec 1 et nomme le premier endroit rompu.")
@click.argument("file", required=False, metavar="[PREUVE]")
@click.option("--key", metavar="FICHIER", help="La clé publique du service (/journal/cle), que la preuve doit porter.")
@click.option(
    "--since", metavar="POINT", help="Un point gardé du journal : ce qui le précède n’est pas relu, ni les sessions inchangées."
)
def verify_audit(file: str | None, key: str | None, since: str | None) -> None:
    from portal.features.standing.checking import verify

    if file is not None:
        _verify_proof(file, key)
        return
    tool = Tool().migrated()
    kept = _kept(tool, since) if since else None
    with tool.db.snapshot() as conn:
        trail = verify(conn, tool.db.audit_key, kept, telling())
    if trail.broken:
        refuse(f"Journal rompu : {trail.broken}.")
    click.echo(f"Journal intact : {trail.events} événements.")


@audit.command(
    "checkpoint",
    help="Écrit la tête signée du journal ; avec un FICHIER gardé auparavant, dit d’abord si le journal d’aujourd’hui la continue, "
    "et sort avec 1 sinon.",
)
@click.argument("file", required=False, metavar="[FICHIER]")
def checkpoint(file: str | None) -> None:
    from portal.core.heads import head, signer
    from portal.features.standing.trail import continues
    from portal.store.nodes import Tree

    tool = Tool().current()
    signs = signer(tool.settings)
    with tool.db.snapshot() as conn:
        if file is not None:
            kept = _kept(tool, file)
            if broken := continues(conn, tool.db.audit_key, kept):
                refuse(f"Journal rompu : {broken}.")
            click.echo(f"Le journal continue le point gardé : ses {kept.size - 1} événements y sont, inchangés.", err=True)
        click.echo(signs.note(head(Tree(conn), signs.key.name)), nl=False)


def _kept(tool: Tool, file: str) -> "Head":
    """The head of the trail that this file keeps."""
    from portal.core.heads import kept_head, signer
    from portal.files.note import NoHead

    text = content_of(file).decode("utf-8", "replace")
    try:
        with tool.db.reading() as conn:
            return kept_head(conn, text, signer(tool.settings).key)
    except NoHead as why:
        refuse(f"{file} : {why}.")


def _verify_proof(file: str, key: str | None) -> None:
    """Without the database, and without a secret: the file, and a public key that one trusts, are all it takes."""
    from portal.features.past.proof_checks import check
    from portal.files.note import NoHead, read_key

    try:
        trusted = read_key(content_of(key).decode("utf-8", "replace")) if key else None
    except NoHead as why:
        refuse(f"{key} : {why}.")
    found = check(content_of(file), trusted, lambda: read().audit_key)
    if isinstance(found, str):
        refuse(f"Preuve rompue : {found}.")
    erased = f", {plural(found.erased, 'valeur effacée', 'valeurs effacées')} depuis" if found.erased else ""
    click.echo(f"Preuve intacte : session {found.session}, {found.events} événements{erased}.")
    if found.head and found.key and not trusted:
        click.echo(
            f"Signée sous la clé {found.key.line}\nComparez-la à celle que publie le service (/journal/cle), ou donnez-la par --key."
        )
