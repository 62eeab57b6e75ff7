"""`portal users …`"""

import sys
from typing import TYPE_CHECKING

import click

from portal.cli.tool import Tool, refuse
from portal.clock import PARIS
from portal.rules.keeping import Post, State, post_of
from portal.rules.lifecycle import Role

if TYPE_CHECKING:
    from portal.features.access.holding import Outcome
    from portal.features.access.queries import Kept


@click.group(help="Invite des personnes et tient leurs comptes.")
def users() -> None:
    pass


@users.command("add", help="Invite un compte.")
@click.argument("email", metavar="ADRESSE")
@click.option("--role", help="Ce que fait la personne.", type=click.Choice([r.value for r in Role]), required=True)
@click.option("--member", is_flag=True, help="D’un centre : membre, et non responsable du centre.")
@click.option("--centre", "siret", metavar="SIRET", help="D’un centre : son SIRET, avec ou sans espaces.")
@click.option("--department", metavar="CODE", help="D’une unité : son département, 94.")
@click.option("--region", metavar="NOM", help="D’une région : son nom, Île-de-France.")
@click.option("--name", default="", metavar="NOM", help="Prénom et nom : l’historique la nomme ainsi.")
@click.option("--password-stdin", is_flag=True, help="Lit le mot de passe sur l’entrée standard.")
def add_user(
    email: str,
    role: str,
    member: bool,
    siret: str | None,
    department: str | None,
    region: str | None,
    name: str,
    password_stdin: bool,
) -> None:
    from portal.core import invitations
    from portal.features.access.inviting import CannotInvite, invite

    tool = Tool().current()
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    scope = {"siret": siret, "department_code": department, "region_name": region}
    try:
        number = invite(tool.work(), email, _post(role, member), **scope, name=name, password=password)
    except CannotInvite as error:
        refuse(str(error))
    click.echo(f"Compte créé : {email.strip().casefold()} ({role}).")
    if password is None:
        click.echo(f"Invitation, valable {invitations.DAYS} jours : {invitations.address(tool.settings, number)}")


def _post(role: str, member: bool) -> Post:
    post = post_of(Role(role), manager=not member)
    if member and post is not Post.MEMBER:
        refuse(f"--member ne va pas avec le rôle « {role} ».")
    return post


@users.command("list", help="Les comptes : adresse, rôle, accès, dernière connexion.")
def list_users() -> None:
    from portal.features.access.queries import everybody

    access = {State.CLOSED: "fermé", State.ACTIVE: "ouvert", State.INVITED: "invité"}
    with Tool().current().db.reading() as conn:
        for a in everybody(conn):
            last = f"{a.last_at.astimezone(PARIS):%d/%m/%Y %H:%M}" if a.last_at else "-"
            click.echo(f"{a.email}\t{a.post.role}\t{access[a.state]}\t{last}")


@users.command(
    "reset",
    help="Un nouveau lien pour choisir un mot de passe, ou le retrait d’un second facteur perdu ; "
    "une nouvelle invitation à qui n’en a pas encore choisi.",
)
@click.argument("email", metavar="ADRESSE")
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
    from portal.features.access import inviting, keeping

    tool = Tool().current()
    found = _account(tool, email)
    invited = found.state is State.INVITED
    _done((inviting.send_again if invited else keeping.send_link)(tool.work(), found.id, None))
    with tool.db.reading() as conn:
        link = keeping.link_of(conn, found).link
    lasts = f"{invitations.DAYS} jours" if invited else f"{invitations.PASSWORD_MINUTES} minutes"
    click.echo(
        f"Lien envoyé à {found.email}, valable {lasts} : {invitations.address_of(tool.settings, link, tool.work().on.now)}"
    )


@users.command(
    "change", help="Change le nom, l’adresse, le rôle ou le ressort d’un compte. Une autre adresse attend d’être confirmée."
)
@click.argument("email", metavar="ADRESSE")
@click.option("--name", metavar="NOM", help="Un autre nom.")
@click.option("--email", "next_email", metavar="ADRESSE", help="Une autre adresse.")
@click.option("--role", help="Ce que fait la personne.", type=click.Choice([r.value for r in Role]))
@click.option("--member", is_flag=True, help="D’un centre : membre, et non responsable du centre.")
@click.option("--centre", "siret", metavar="SIRET", help="D’un centre : son SIRET, avec ou sans espaces.")
@click.option("--department", metavar="CODE", help="D’une unité : son département, 94.")
@click.option("--region", metavar="NOM", help="D’une région : son nom, Île-de-France.")
def change_user(
    email: str, name: str | None, next_email: str | None, role: str | None, member: bool, **scope: str | None
) -> None:
    from portal.features.access import keeping, scopes

    tool = Tool().current()
    found = _account(tool, email)
    post = _post(role, member) if role else Post.MEMBER if member else found.post
    kept = scopes.typed_of(found) if scopes.FIELD.get(post) == scopes.FIELD.get(found.post) else {}
    given = {field: value for field, value in scope.items() if value}
    wanted = scopes.Wanted(next_email or found.email, name or found.name, post, **{**kept, **given})
    click.echo(_done(keeping.change(tool.work(), found.id, None, wanted)))


@users.command("close", help="Ferme un compte et met fin à toutes ses connexions ; retire une invitation qui attend.")
@click.argument("email", metavar="ADRESSE")
@click.option("--reason", default="", metavar="MOTIF", help="La personne le lit, et l’historique le garde.")
def close_user(email: str, reason: str) -> None:
    from portal.features.access import keeping

    tool = Tool().current()
    found = _account(tool, email)
    _done(keeping.close(tool.work(), found.id, None, reason))
    click.echo(f"Compte fermé : {found.email}.")


@users.command("reopen", help="Rouvre un compte fermé.")
@click.argument("email", metavar="ADRESSE")
def reopen_user(email: str) -> None:
    from portal.features.access import keeping

    tool = Tool().current()
    found = _account(tool, email)
    _done(keeping.reopen(tool.work(), found.id, None))
    click.echo(f"Compte rouvert : {found.email}.")


def _account(tool: Tool, email: str) -> "Kept":
    from portal.features.access.queries import find_by_email

    with tool.db.reading() as conn:
        found = find_by_email(conn, tool.work().actor, email)
    if found is None:
        refuse(f"Aucun compte n’a l’adresse {email}.")
    return found


def _done(outcome: "Outcome") -> str:
    """What is said of an act that was done; any other is refused in its own words."""
    from portal.core.outcomes import Invalid, Saved
    from portal.rules.lines import Refused

    if isinstance(outcome, Saved):
        return outcome.message
    if isinstance(outcome, Refused):
        refuse(f"{outcome.reason} {outcome.helper}")
    if isinstance(outcome, Invalid):
        refuse(" ".join(outcome.errors.values()))
    refuse(getattr(outcome, "message", "Le compte a changé entre-temps : recommencez."))
