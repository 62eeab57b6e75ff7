"""`portal users …`"""

import sys

import click

from portal.cli.tool import Tool, refuse
from portal.rules.lifecycle import Role


@click.group(help="Comptes.")
def users() -> None:
    pass


@users.command("add", help="Invite un compte.")
@click.argument("email")
@click.option("--role", type=click.Choice([r.value for r in Role]), required=True)
@click.option("--centre", "siret", metavar="SIRET")
@click.option("--department", metavar="CODE")
@click.option("--region", metavar="NOM")
@click.option("--name", default="")
@click.option("--password-stdin", is_flag=True, help="Lit le mot de passe sur l’entrée standard.")
def add_user(
    email: str, role: str, siret: str | None, department: str | None, region: str | None, name: str, password_stdin: bool
) -> None:
    from portal.core import invitations
    from portal.features.accounts.actions import CannotInvite, invite

    tool = Tool().current()
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    try:
        number = invite(
            tool.work(),
            email,
            Role(role),
            siret=siret,
            department_code=department,
            region_name=region,
            name=name,
            password=password,
        )
    except CannotInvite as error:
        refuse(str(error))
    click.echo(f"Compte créé : {email.strip().casefold()} ({role}).")
    if password is None:
        click.echo(f"Invitation, valable {invitations.DAYS} jours : {invitations.address(tool.settings, number)}")
