"""`portal …`: parses words and calls the same actions as the web."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

import click
from sqlalchemy import true
from sqlalchemy.exc import DBAPIError, IntegrityError

from portal.clock import Clock
from portal.files.cells import lines
from portal.files.errors import BadFile
from portal.rules.lifecycle import Role
from portal.settings import Settings, SettingsError, read
from portal.store import migrate as migrations
from portal.store.actors import Occasion, Source, operator
from portal.store.database import Database
from portal.store.work import Work


class Tool:
    """The settings and the database of one command."""

    def __init__(self) -> None:
        self.settings: Settings = read()
        self.db = Database(self.settings.database_url, self.settings.audit_key)
        self.clock = Clock(self.settings.fixed_day)

    def work(self) -> Work:
        now = self.clock.now()
        return Work(self.db, Occasion(operator(), Source.CLI, now, now.date()), self.settings.unit_label)

    def current(self) -> "Tool":
        if not migrations.is_current(self.db):
            refuse("la base n’a pas le schéma attendu : lancez d’abord « portal migrate ».")
        return self


def refuse(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)


def main() -> None:
    """The entry point: a user's mistake is a sentence, never a traceback."""
    try:
        cli.main(standalone_mode=True)
    except SettingsError as error:
        refuse(str(error))
    except BadFile as error:
        for line in error.errors:
            click.echo(str(line), err=True)
        count = len(error.errors)
        refuse(f"{count} erreur{'s' if count > 1 else ''} ; rien n’a été écrit.")
    except migrations.CannotMigrate as error:
        refuse(str(error))
    except IntegrityError:
        refuse("La base a changé pendant l’opération ; rien n’a été écrit. Recommencez.")
    except DBAPIError as error:
        refuse(f"La base de données ne répond pas : {str(error.orig).splitlines()[0] if error.orig else error}")
    except BrokenPipeError:
        sys.exit(1)


@click.group(help="Portail des sessions d’examen.")
def cli() -> None:
    pass


@cli.command(help="Met la base au schéma le plus récent.")
@click.option(
    "--lock-seconds",
    type=click.FloatRange(0.01),
    default=migrations.Limits.lock,
    help="Attente d’une table que d’autres utilisent.",
)
@click.option(
    "--statement-seconds", type=click.FloatRange(0.01), default=migrations.Limits.statement, help="Durée de chaque étape."
)
def migrate(lock_seconds: float, statement_seconds: float) -> None:
    migrations.upgrade(Tool().db, limits=migrations.Limits(lock_seconds, statement_seconds))
    click.echo("La base est à jour.")


@cli.command(help="Charge la démonstration dans une base vide.")
@click.option("--sessions", type=click.IntRange(200, 1_000_000), default=None)
def demo(sessions: int | None) -> None:
    from portal.demo.load import DatabaseNotEmpty, load

    tool = Tool()
    if not tool.settings.demo:
        refuse(
            "La démonstration a des mots de passe connus de tous : elle ne se charge pas en production (PORTAL_ENV=demo le permet)."
        )
    migrations.upgrade(tool.db)
    try:
        number = load(tool.db, tool.clock.today(), tool.settings.unit_label, sessions, progress=_progress)
    except DatabaseNotEmpty:
        refuse("La base contient déjà des sessions : la démonstration ne se charge que dans une base vide.")
    click.echo(f"Démonstration chargée : {number} sessions.")


@cli.command(help="Sert le portail sur http://127.0.0.1:$PORT.")
def serve() -> None:
    from granian import Granian
    from granian.constants import Interfaces

    tool = Tool().current()
    tool.db.dispose()
    if tool.settings.metrics_port:
        from portal.metrics import serve_metrics

        serve_metrics(tool.settings.metrics_port)
    server = Granian(
        "wsgi:app",
        address="127.0.0.1",
        port=tool.settings.port,
        interface=Interfaces.WSGI,
        workers=2,
        blocking_threads=4,
        working_dir=Path(__file__).resolve().parent.parent,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,  # Ctrl+C reaches the workers and the main process both, and one may wait for the other
    )
    server.serve()


@cli.command(help="Envoie les courriels et prévient de ce qui attend ; s’arrête avec Ctrl-C.")
@click.option("--once", is_flag=True, help="Un seul passage.")
@click.option("--every", type=click.IntRange(1, 3600), default=20, help="Secondes entre deux passages.")
def worker(once: bool, every: int) -> None:
    import time

    from portal.features.notices.outbox import send_due, smtp
    from portal.features.notices.waiting import tell_waiting

    tool = Tool().current()
    while True:
        told = tell_waiting(tool.work())
        if tool.settings.smtp_host:
            left, problems = send_due(tool.db, tool.clock.now, tool.settings, smtp(tool.settings))
            if once or told or left or problems:
                click.echo(f"{told} avis, {left} courriels envoyés, {problems} à renvoyer.")
        elif once:
            click.echo(f"{told} avis. Aucun serveur de courriel (PORTAL_SMTP_HOST) : les courriels attendent.")
        if once:
            return
        time.sleep(every)


def _progress(items: Iterable[Any], label: str) -> Iterable[Any]:
    """Shown on a terminal only; nothing in a log."""
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, label=label, file=sys.stderr) as bar:
        yield from bar


@cli.group(help="Comptes.")
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


def _bytes(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        refuse(f"{path} : ce fichier ne peut pas être lu ({error.strerror}).")


def _export(path: str | None, text: Iterable[str]) -> None:
    if path is None or path == "-":
        for line in text:
            sys.stdout.buffer.write(line.encode())
        sys.stdout.buffer.flush()
        return
    try:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.writelines(text)
    except OSError as error:
        refuse(f"{path} : ce fichier ne peut pas être écrit ({error.strerror}).")


def _import(path: str, act: Callable[[Work, bytes], Any], many: str) -> None:
    data = _bytes(path)
    done = act(Tool().current().work(), data)
    for note in done.notes:
        click.echo(f"{note[0].upper()}{note[1:]}.", err=True)
    click.echo(f"{many} : {done.added} ajouté(s), {done.updated} mis à jour.")


@cli.group(help="Sessions.")
def sessions() -> None:
    pass


@sessions.command(
    "import",
    help="Reprend des sessions d’un CSV : tout ou rien.\n\n"
    "Colonnes : id;siret;title;kind;starts_on;ends_on;status;actual_end_on. Deux autres peuvent suivre, les deux ou aucune : "
    "planned_end_on;postponed_by, la fin d’avant une mesure qui a déjà déplacé la session, et la clé de cette mesure.",
)
@click.argument("file")
def import_sessions(file: str) -> None:
    from portal.features.sessions.importing import import_sessions as act

    _import(file, lambda work, data: act(work, data, lambda parts: _progress(parts, "Sessions")), "Sessions")


@sessions.command(
    "export",
    help="Écrit toutes les sessions en CSV, dans les colonnes de l’import : id;siret;title;kind;starts_on;ends_on;status;"
    "actual_end_on;planned_end_on;postponed_by.",
)
@click.argument("file", required=False)
def export_sessions(file: str | None) -> None:
    from portal.features.sessions.exporting import rows
    from portal.features.sessions.importing import COLUMNS

    with Tool().current().db.snapshot() as conn:
        _export(file, lines(COLUMNS, rows(conn, true())))


@cli.group(help="Candidats.")
def candidates() -> None:
    pass


@candidates.command("import", help="Reprend des candidats d’un CSV : tout ou rien.")
@click.argument("file")
def import_candidates(file: str) -> None:
    from portal.features.candidates.importing import import_candidates as act

    _import(file, lambda work, data: act(work, data, lambda parts: _progress(parts, "Candidats")), "Candidats")


@cli.group(help="Centres.")
def centres() -> None:
    pass


@centres.command("import", help="Reprend des centres d’un CSV : tout ou rien.")
@click.argument("file")
def import_centres(file: str) -> None:
    from portal.features.reference.importing import import_centres as act

    _import(file, act, "Centres")


@cli.group(help="Titres professionnels.")
def titles() -> None:
    pass


@titles.command("import", help="Reprend des titres d’un CSV : tout ou rien.")
@click.argument("file")
def import_titles(file: str) -> None:
    from portal.features.reference.importing import import_titles as act

    _import(file, act, "Titres")


@cli.group(help="Agréments.")
def approvals() -> None:
    pass


@approvals.command("import", help="Reprend des agréments d’un CSV : tout ou rien.")
@click.argument("file")
def import_approvals(file: str) -> None:
    from portal.features.reference.approvals import import_approvals as act

    _import(file, act, "Agréments")


@cli.group(help="Résultats.")
def results() -> None:
    pass


@results.command("export", help="Écrit tous les résultats en CSV.")
@click.argument("file", required=False)
def export_results(file: str | None) -> None:
    from portal.features.results.exporting import COLUMNS, rows

    with Tool().current().db.snapshot() as conn:
        _export(file, lines(COLUMNS, rows(conn, true())))


@cli.group(help="Mesures automatiques.")
def measures() -> None:
    pass


@measures.command("list", help="Les mesures qu’il y a.")
def list_measures() -> None:
    from portal.features.measures.catalogue import known

    with Tool().current().db.reading() as conn:
        found = known(conn)
    for one in found.values():
        click.echo(f"{one.measure.key}  « {one.measure.label} », {one.measure.source}")
        if one.why_not:
            click.echo(f"  à corriger, ne peut être ni planifiée ni appliquée : {one.why_not}")


def _measure(name: str, tool: Tool) -> Any:
    from portal.features.measures.catalogue import find
    from portal.rules.measure_files import MeasureError

    try:
        with tool.db.reading() as conn:
            return find(name, conn)
    except MeasureError as error:
        refuse(str(error))


def _print_plan(plan: Any) -> None:
    for count in plan.changes:
        click.echo(f"{count.meaning.name}\t{count.number}\t{count.meaning.effect}\t{count.meaning.words}")
    for count in plan.kept:
        if count.number:
            click.echo(f"{count.meaning.name or '-'}\t{count.number}\tInchangée\t{count.meaning.words}")
    click.echo(f"total\t{plan.touched}\tsessions à modifier sur {plan.total}")


@measures.command("plan", help="Essai à blanc : compte par cas, ne change rien.")
@click.argument("name")
@click.option("--csv", "csv_file", metavar="FICHIER")
def plan_measure(name: str, csv_file: str | None) -> None:
    from portal.features.measures.plan import plan
    from portal.features.measures.report import COLUMNS, report

    tool = Tool().current()
    measure, _ = _measure(name, tool)
    with tool.db.snapshot() as conn:
        _print_plan(plan(conn, measure, tool.clock.today()))
        if csv_file:
            _export(csv_file, lines(COLUMNS, report(conn, measure)))


@measures.command("apply", help="Applique la mesure en une transaction.")
@click.argument("name")
def apply_measure(name: str) -> None:
    from portal.features.measures.actions import Applied, NothingToChange, apply

    tool = Tool().current()
    measure, text = _measure(name, tool)
    done = apply(tool.work(), measure, text)
    if isinstance(done, NothingToChange):
        _print_plan(done.plan)
        click.echo(done.message)
        return
    if not isinstance(done, Applied):
        refuse("Des sessions ont changé pendant le calcul ; rien n’a été modifié. Recommencez.")
    _print_plan(done.plan)
    click.echo(f"application n° {done.run_id}")


@measures.command(
    "revert", help="Annule l’application n° RUN ; une session modifiée depuis par quelqu’un est laissée telle quelle, et listée."
)
@click.argument("run", type=click.IntRange(1, 999_999_999))
def revert_measure(run: int) -> None:
    from portal.features.measures.actions import CannotRevert, Reverted, revert

    done = revert(Tool().current().work(), run)
    if isinstance(done, CannotRevert):
        refuse(done.reason)
    assert isinstance(done, Reverted)
    click.echo(f"{done.restored} sessions rétablies, annulation n° {done.run_id}")
    for number in done.left_alone:
        click.echo(f"laissée telle quelle, modifiée depuis : {number}")


@cli.group(help="Journal.")
def audit() -> None:
    pass


@audit.command("verify", help="Vérifie le journal, ou une preuve d’historique ; sort avec 1 et nomme le premier endroit rompu.")
@click.argument("file", required=False)
def verify_audit(file: str | None) -> None:
    from portal.features.measures.verify import verify

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

    found = check(read().audit_key, _bytes(file))
    if isinstance(found, str):
        refuse(f"Preuve rompue : {found}.")
    click.echo(f"Preuve intacte : session {found[0]}, {found[1]} événements.")


if __name__ == "__main__":
    main()
