"""`portal keys …`"""

import click

from portal.cli.tool import Tool


@click.group(help="Change ce qui est chiffré sous une ancienne clé.")
def keys() -> None:
    pass


@keys.command("renew", help="Chiffre sous la clé d’aujourd’hui ce qui l’est sous une ancienne, qui peut ensuite être oubliée.")
def renew_keys() -> None:
    from portal.features.second_factor.renewing import renew
    from portal.features.second_factor.secrets_box import Box

    tool = Tool().current()
    renewed, lost = renew(tool.db, Box(tool.settings.factor_keys))
    click.echo(f"Secrets chiffrés de nouveau : {renewed}. Lus par aucune clé : {lost}.")
