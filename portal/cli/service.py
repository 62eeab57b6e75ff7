"""The service itself: its database, its server, its worker."""

import click
from sqlalchemy.exc import DBAPIError

from portal.cli.ending import Asked, leave
from portal.cli.tool import Tool, progress, refuse
from portal.store import migrate as migrations


@click.command(help="Met la base au schéma le plus récent.")
@click.option(
    "--lock-seconds",
    metavar="SECONDES",
    type=click.FloatRange(0.01),
    default=migrations.Limits.lock,
    help="Attente d’une table que d’autres utilisent.",
)
@click.option(
    "--statement-seconds",
    metavar="SECONDES",
    type=click.FloatRange(0.01),
    default=migrations.Limits.statement,
    help="Durée de chaque étape.",
)
@click.option(
    "--runtime",
    metavar="RÔLE",
    help="PostgreSQL : le rôle qui sert le portail sans en posséder les tables ; il reçoit les droits qu’il lui faut, et les garde à jour.",
)
def migrate(lock_seconds: float, statement_seconds: float, runtime: str | None) -> None:
    from portal.store import serving

    db = Tool().db
    migrations.upgrade(db, limits=migrations.Limits(lock_seconds, statement_seconds))
    try:
        roles = serving.let_serve(db, runtime)
    except serving.CannotServe as error:
        refuse(str(error))
    click.echo(f"La base est à jour{''.join(f' ; « {role} » la sert' for role in roles)}.")


@click.command(help="Charge la démonstration dans une base vide.")
@click.option(
    "--sessions", metavar="N", type=click.IntRange(200, 1_000_000), default=None, help="Tant de sessions, de 200 à 1 000 000."
)
def demo(sessions: int | None) -> None:
    from portal.demo.whole import make_ready

    tool = Tool()
    if not tool.settings.demo:
        refuse(
            "La démonstration a des mots de passe connus de tous : elle ne se charge pas en production (PORTAL_ENV=demo le permet)."
        )
    number = make_ready(tool.settings, tool.clock.today(), sessions, progress)
    if number is None:
        refuse("La base n’est pas vide : la démonstration ne se charge que dans une base vide.")
    click.echo(f"Démonstration chargée : {number} sessions.")


@click.command(help="Sert le portail sur http://127.0.0.1:$PORT.")
def serve() -> None:
    from portal.cli import serving

    tool = Tool().current()
    tool.db.dispose()
    _held = serving.claim(tool.settings)
    leave(serving.serve(tool))


@click.command(help="Envoie les courriels et prévient de ce qui attend ; s’arrête avec Ctrl-C.")
@click.option("--once", is_flag=True, help="Un seul passage.")
@click.option("--every", metavar="SECONDES", type=click.IntRange(1, 3600), default=20, help="Entre deux passages.")
def worker(once: bool, every: int) -> None:
    tool, asked = Tool().current(), Asked()
    if once:
        _turn(tool, asked, once=True)
        return
    asked.listen()
    while not asked.to_end:
        try:
            _turn(tool, asked, once=False)
        except DBAPIError as error:  # away for a moment: the next turn finds it again
            click.echo(f"La base ne répond pas ({type(error).__name__}) ; nouvel essai dans {every} s.", err=True)
        asked.wait(every)


def _turn(tool: Tool, asked: Asked, *, once: bool) -> None:
    """Add up what changed, tell what waits, and send what is due."""
    from portal.features.convocations.reminding import remind
    from portal.features.journal.witnesses import tell_witnesses
    from portal.features.notices.outbox import AT_ONCE, send_due, way_out
    from portal.features.notices.stuck import tell_set_aside
    from portal.features.notices.waiting import tell_waiting
    from portal.features.privacy.erasing import apply
    from portal.rules.retention import Kind
    from portal.store.summing import fold

    fold(tool.db)
    told = tell_waiting(tool.work()) + tell_witnesses(tool.work(), tool.settings)
    apply(tool.work(), kinds=[Kind.JOURNAL])
    remind(tool.work())
    if send := way_out(tool.settings):
        left, problems = send_due(tool.db, tool.clock.now, tool.settings, send, at_once=AT_ONCE, go_on=lambda: not asked.to_end)
        if tool.settings.shows_mails:
            if once:
                click.echo(f"{told} avis, {left} courriels arrivés sur /courriels-de-demonstration.")
        elif once or told or left or problems:
            click.echo(f"{told} avis, {left} courriels envoyés, {problems} non partis.")
        tell_set_aside(tool.work())
    elif once:
        click.echo(f"{told} avis. Aucun serveur de courriel (PORTAL_SMTP_HOST) : les courriels attendent.")
