"""`portal backup` and `portal restore`."""

from datetime import UTC, datetime
from pathlib import Path

import click

from portal.cli.tool import Tool, content_of, refuse
from portal.rules.french import plural
from portal.store import copies, migrate
from portal.store.copies import BadCopy, CannotCopy, Manifest


@click.command(help="Sauvegarde toute la base dans un fichier, pendant qu’elle sert ; rien n’y est chiffré.")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    tool = Tool().made()
    try:
        made = copies.backup(tool.db, file, datetime.now(UTC))
    except CannotCopy as error:
        refuse(str(error))
    click.echo(
        f"Sauvegarde faite : {file} ({file.stat().st_size / 1e6:.1f} Mo), {_told(made)}.\nSHA-256 {copies.digest_of(file)}"
    )


@click.command(help="Restaure une sauvegarde dans une base vide, puis vérifie son journal et ses tables.")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path))
@click.option(
    "--checkpoint", metavar="POINT", help="Un point du journal gardé ailleurs : une copie plus ancienne que lui est refusée."
)
def restore(file: Path, checkpoint: str | None) -> None:
    from portal.core.heads import signer
    from portal.features.standing.checking import verify
    from portal.features.standing.trail import continues
    from portal.files.note import NoHead, read_head

    tool = Tool()
    try:
        kept = read_head(content_of(checkpoint).decode("utf-8", "replace"), signer(tool.settings).key) if checkpoint else None
        done = copies.restore(tool.db, file, at_least=kept.size - 1 if kept else 0)
    except NoHead as error:
        refuse(f"{checkpoint} : {error}.")
    except (BadCopy, CannotCopy) as error:
        refuse(str(error))
    migrate.upgrade(tool.db)
    with tool.db.snapshot() as conn:
        broken = verify(conn, tool.db.audit_key).broken or (continues(conn, tool.db.audit_key, kept) if kept else None)
    if broken:
        refuse(f"La base est restaurée ({_told(done)}), mais elle était déjà rompue quand elle a été sauvegardée : {broken}.")
    click.echo(f"Base restaurée : {_told(done)}. Journal intact{', et il continue le point gardé' if kept else ''}.")


def _told(m: Manifest) -> str:
    """Of which schema it is, and how far its trail goes."""
    at = datetime.fromisoformat(m.made_at)
    return f"faite le {at:%d/%m/%Y à %H:%M} UTC, schéma {m.schema}, {plural(m.events, 'événement')}"
