"""The service itself: its database, its server, its worker."""

import click
from sqlalchemy.exc import DBAPIError

from portal.cli.tool import Tool, progress, refuse
from portal.paths import ROOT
from portal.store import migrate as migrations

HEADER_SECONDS, HEADERS = 10, 64_000  # the lines before a request have ten seconds and 64 KB, and are a hundred at most


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
    from portal.demo.load import DatabaseNotEmpty, load

    tool = Tool()
    if not tool.settings.demo:
        refuse(
            "La démonstration a des mots de passe connus de tous : elle ne se charge pas en production (PORTAL_ENV=demo le permet)."
        )
    migrations.upgrade(tool.db)
    try:
        number = load(tool.db, tool.clock.today(), tool.settings.unit_label, sessions, progress=progress)
    except DatabaseNotEmpty:
        refuse("La base contient déjà des sessions : la démonstration ne se charge que dans une base vide.")
    click.echo(f"Démonstration chargée : {number} sessions.")


@click.command(help="Sert le portail sur http://127.0.0.1:$PORT.")
def serve() -> None:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings

    tool = Tool().current()
    tool.db.dispose()
    if tool.settings.metrics_port:
        from portal.metrics import serve_metrics

        serve_metrics(tool.settings.metrics_port)
    server = Granian(
        "wsgi:front",
        address="127.0.0.1",
        port=tool.settings.port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=HEADERS),
        websockets=False,
        workers=2,
        working_dir=ROOT,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,  # Ctrl+C reaches the workers and the main process both, and one may wait for the other
    )
    server.serve()


@click.command(help="Envoie les courriels et prévient de ce qui attend ; s’arrête avec Ctrl-C.")
@click.option("--once", is_flag=True, help="Un seul passage.")
@click.option("--every", metavar="SECONDES", type=click.IntRange(1, 3600), default=20, help="Entre deux passages.")
def worker(once: bool, every: int) -> None:
    import time

    from portal.features.journal.witnesses import tell_witnesses
    from portal.features.notices.outbox import AT_ONCE, send_due, smtp
    from portal.features.notices.stuck import tell_set_aside
    from portal.features.notices.waiting import tell_waiting
    from portal.features.privacy.erasing import apply
    from portal.rules.retention import Kind

    tool = Tool().current()

    def turn() -> None:
        told = tell_waiting(tool.work()) + tell_witnesses(tool.work(), tool.settings)
        apply(tool.work(), kinds=[Kind.JOURNAL])
        if tool.settings.smtp_host:
            left, problems = send_due(tool.db, tool.clock.now, tool.settings, smtp(tool.settings), at_once=AT_ONCE)
            if once or told or left or problems:
                click.echo(f"{told} avis, {left} courriels envoyés, {problems} non partis.")
            tell_set_aside(tool.work())
        elif once:
            click.echo(f"{told} avis. Aucun serveur de courriel (PORTAL_SMTP_HOST) : les courriels attendent.")

    if once:
        turn()
        return
    while True:
        try:
            turn()
        except DBAPIError as error:  # away for a moment: the next turn finds it again
            click.echo(f"La base ne répond pas ({type(error).__name__}) ; nouvel essai dans {every} s.", err=True)
        time.sleep(every)
