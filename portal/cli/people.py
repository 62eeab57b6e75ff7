"""`portal users …`"""

import sys
from collections.abc import Callable
from typing import TypeVar

import click

from portal.cli.tool import Tool, refuse
from portal.clock import PARIS
from portal.rules.lifecycle import Role

T = TypeVar("T")


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


@users.command("list", help="Les comptes : adresse, rôle, accès, dernière connexion.")
def list_users() -> None:
    from portal.features.accounts.own import known

    with Tool().current().db.reading() as conn:
        for row in known(conn):
            access = "fermé" if row.closed_at else "ouvert" if row.password_hash else "invité"
            last = f"{row.last_at.astimezone(PARIS):%d/%m/%Y %H:%M}" if row.last_at else "-"
            click.echo(f"{row.email}\t{row.role}\t{access}\t{last}")


@users.command("reset", help="Un nouveau lien pour choisir un mot de passe, ou le retrait d’un second facteur perdu.")
@click.argument("email")
@click.option(
    "--second-factor", is_flag=True, help="Retire ses seconds facteurs et ses codes de secours ; ses connexions prennent fin."
)
def reset_user(email: str, second_factor: bool) -> None:
    if second_factor:
        _reset_factors(email)
    else:
        _reset_password(email)


def _reset_factors(email: str) -> None:
    from portal.features.second_factor.actions import CannotReset, reset_of

    try:
        reset_of(Tool().current().work(), email)
    except CannotReset as error:
        refuse(str(error))
    click.echo(f"Second facteur retiré : {email.strip().casefold()}. Ses connexions ont pris fin.")


def _reset_password(email: str) -> None:
    from portal.core import invitations
    from portal.core.telling import INVITATION
    from portal.features.accounts.own import link_for

    tool = Tool().current()
    work = tool.work()
    link = _on_account(lambda: link_for(work, email))
    lasts = f"{invitations.DAYS} jours" if link.startswith(INVITATION) else f"{invitations.PASSWORD_MINUTES} minutes"
    address = invitations.address_of(tool.settings, link, work.on.now)
    click.echo(f"Lien envoyé à {email.strip().casefold()}, valable {lasts} : {address}")


@users.command("close", help="Ferme un compte et met fin à toutes ses connexions.")
@click.argument("email")
def close_user(email: str) -> None:
    from portal.features.accounts.own import close

    work = Tool().current().work()
    _on_account(lambda: close(work, email))
    click.echo(f"Compte fermé : {email.strip().casefold()}.")


@users.command("reopen", help="Rouvre un compte fermé.")
@click.argument("email")
def reopen_user(email: str) -> None:
    from portal.features.accounts.own import reopen

    work = Tool().current().work()
    _on_account(lambda: reopen(work, email))
    click.echo(f"Compte rouvert : {email.strip().casefold()}.")


def _on_account(act: Callable[[], T]) -> T:
    from portal.features.accounts.own import CannotChange

    try:
        return act()
    except CannotChange as error:
        refuse(str(error))
