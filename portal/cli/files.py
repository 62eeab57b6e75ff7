"""What comes in and goes out as files."""

from collections.abc import Callable

import click
from sqlalchemy import true

from portal.cli.tool import Tool, content_of, progress, write_out
from portal.core.imports import Imported
from portal.files.cells import lines
from portal.store.work import Work


def _import(path: str, act: Callable[[Work, bytes], Imported], many: str) -> None:
    data = content_of(path)
    done = act(Tool().current().work(), data)
    for note in done.notes:
        click.echo(f"{note[0].upper()}{note[1:]}.", err=True)
    click.echo(f"{many} : {done.added} ajouté(s), {done.updated} mis à jour.")


@click.group(help="Importe des sessions d’un fichier, ou les y écrit.")
def sessions() -> None:
    pass


@sessions.command(
    "import",
    help="Importe des sessions d’un CSV : tout ou rien.\n\n"
    "Colonnes : id;siret;title;kind;starts_on;ends_on;status;actual_end_on. Deux autres peuvent suivre, les deux ou aucune : "
    "planned_end_on;postponed_by, la fin d’avant une mesure qui a déjà déplacé la session, et la clé de cette mesure.",
)
@click.argument("file", metavar="FICHIER.csv")
def import_sessions(file: str) -> None:
    from portal.features.sessions.importing import import_sessions as act

    _import(file, lambda work, data: act(work, data, lambda parts: progress(parts, "Sessions")), "Sessions")


@sessions.command(
    "export",
    help="Écrit toutes les sessions en CSV, dans les colonnes de l’import :\n\n\b\n"
    "id;siret;title;kind;starts_on;ends_on;status;\nactual_end_on;planned_end_on;postponed_by",
)
@click.argument("file", required=False, metavar="[FICHIER.csv]")
def export_sessions(file: str | None) -> None:
    from portal.features.sessions.exporting import rows
    from portal.features.sessions.importing import COLUMNS

    with Tool().current().db.snapshot() as conn:
        write_out(file, lines(COLUMNS, rows(conn, true())))


@click.group(help="Importe des candidats d’un fichier.")
def candidates() -> None:
    pass


@candidates.command(
    "import",
    help="Importe des candidats d’un CSV : tout ou rien.\n\nColonnes : session;last_name;first_name;born_on, et au besoin email, puis "
    "celles que demande le dépôt à la Caisse des Dépôts :\n\n\b\nbirth_name;usage_name;sex;birth_insee;birth_postcode;\n"
    "birth_commune;birth_country;access\n\nsex vaut F ou M, access initiale, apprentissage, continue, professionnalisation, vae, equivalence ou libre. Une de ces "
    "cellules laissée vide garde ce qui est connu.",
)
@click.argument("file", metavar="FICHIER.csv")
def import_candidates(file: str) -> None:
    from portal.features.candidates.importing import import_candidates as act

    _import(file, lambda work, data: act(work, data, lambda parts: progress(parts, "Candidats")), "Candidats")


@click.group(help="Importe des centres d’un fichier.")
def centres() -> None:
    pass


@centres.command(
    "import",
    help="Importe des centres d’un CSV : tout ou rien.\n\nColonnes : siret;name;department, et au besoin address;email;phone.",
)
@click.argument("file", metavar="FICHIER.csv")
def import_centres(file: str) -> None:
    from portal.features.reference.importing import import_centres as act

    _import(file, act, "Centres")


@click.group(help="Importe des titres professionnels d’un fichier.")
def titles() -> None:
    pass


@titles.command(
    "import",
    help="Importe des titres d’un CSV : tout ou rien.\n\nColonnes : code;decree_version;label;level;certificates, et au besoin expires_on;extension_months;rncp_code.",
)
@click.argument("file", metavar="FICHIER.csv")
def import_titles(file: str) -> None:
    from portal.features.reference.importing import import_titles as act

    _import(file, act, "Titres")


@click.group(help="Importe des agréments d’un fichier.")
def approvals() -> None:
    pass


@approvals.command(
    "import", help="Importe des agréments d’un CSV : tout ou rien.\n\nColonnes : number;siret;title;valid_from;valid_to."
)
@click.argument("file", metavar="FICHIER.csv")
def import_approvals(file: str) -> None:
    from portal.features.reference.approvals import import_approvals as act

    _import(file, act, "Agréments")


@click.group(help="Écrit les résultats dans un fichier.")
def results() -> None:
    pass


@results.command("export", help="Écrit tous les résultats en CSV.")
@click.argument("file", required=False, metavar="[FICHIER.csv]")
def export_results(file: str | None) -> None:
    from portal.features.results.exporting import COLUMNS, rows

    with Tool().current().db.snapshot() as conn:
        write_out(file, lines(COLUMNS, rows(conn, true())))
