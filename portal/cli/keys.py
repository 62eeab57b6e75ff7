"""`portal keys …`"""

import click

from portal.cli.tool import Tool, refuse
from portal.environment import FRESH


@click.group(help="Change les clés du service.")
def keys() -> None:
    pass


@keys.command(
    "hand-over", help="Passe la signature du journal à la clé PORTAL_NEW_SIGNATURE_KEY, sous la signature de celle d’aujourd’hui."
)
def hand_over_keys() -> None:
    from portal.core.heads import hand_over, signer
    from portal.files.note import Signer

    tool = Tool().current()
    seed = tool.settings.next_signature_seed
    if seed is None:
        refuse(f"Donnez la nouvelle clé dans PORTAL_NEW_SIGNATURE_KEY ({FRESH}).")
    new = Signer(tool.settings.journal_name, seed).key
    hand_over(tool.work(), signer(tool.settings), new)
    click.echo(f"Le journal dit que cette clé signe désormais :\n{new.line}")
    click.echo("Donnez-la maintenant à PORTAL_SIGNATURE_KEY, retirez PORTAL_NEW_SIGNATURE_KEY, puis relancez le portail.")


@keys.command("renew", help="Chiffre sous la clé d’aujourd’hui ce qui l’est sous une ancienne, qui peut ensuite être oubliée.")
def renew_keys() -> None:
    from portal.features.second_factor.renewing import renew
    from portal.features.second_factor.secrets_box import Box

    tool = Tool().current()
    renewed, lost = renew(tool.db, Box(tool.settings.factor_keys))
    click.echo(f"Secrets chiffrés de nouveau : {renewed}. Lus par aucune clé : {lost}.")
