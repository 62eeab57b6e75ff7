"""The exports that people read: French headings, and words where the take-over's columns hold codes."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from portal.core.finding import candidate_count
from portal.features.exports.tables import Table
from portal.rules.french import day
from portal.rules.lifecycle import Kind, Status
from portal.rules.outcomes import Outcome
from portal.store.candidates import candidate, result
from portal.store.database import STREAM
from portal.store.measures import measure_run
from portal.store.places import centre
from portal.store.sessions import exam_session as s
from portal.store.titles import certificate, title

# What every table begins with: which session.
SESSION = ("Numéro", "Centre", "SIRET", "Département", "Titre", "Intitulé")
_SESSION = (s.c.id, centre.c.name, centre.c.siret, s.c.department_code, title.c.code, title.c.label)


def _of_sessions(*columns: ColumnElement[Any]) -> Select[Any]:
    """These columns of each session, after what it is."""
    return (
        select(*_SESSION, *columns)
        .select_from(s)
        .join(centre, centre.c.id == s.c.centre_id)
        .join(title, title.c.id == s.c.title_id)
    )


def exam_days(moved: bool, starts_on: date, ends_on: date, first: date | None, last: date | None) -> str:
    """« du 06/07/2020 au 10/07/2020 »; of a moved session, those that its centre has stated, and nothing before that."""
    if not moved:
        first, last = starts_on, ends_on
    if first is None or last is None:
        return ""
    return day(first) if first == last else f"du {day(first)} au {day(last)}"


def sessions(conn: Connection, where: ColumnElement[bool]) -> Iterator[Sequence[object]]:
    """One row a session, by number. Streams."""
    query = _of_sessions(
        s.c.kind, s.c.starts_on, s.c.ends_on, s.c.planned_end_on, s.c.actual_end_on, s.c.status, measure_run.c.label,
        s.c.exam_starts_on, s.c.exam_ends_on, s.c.hour, s.c.place, s.c.session_manager, candidate_count.label("candidates"),
    )  # fmt: skip
    query = query.outerjoin(measure_run, measure_run.c.id == s.c.postponed_run_id).where(where).order_by(s.c.id)
    for row in conn.execute(query, execution_options=STREAM):
        what, (kind, start, end, planned, actual, status, measure, first, last, hour, place, manager, people) = row[:6], row[6:]
        days = exam_days(planned is not None, start, end, first, last)
        dates = start, end, planned, actual
        yield (*what, Kind(kind).label, *dates, Status(status).label, measure, days, hour, place, manager, people)


def candidates(conn: Connection, where: ColumnElement[bool]) -> Iterator[Sequence[object]]:
    """One row a candidate, by session and in French order. Streams."""
    query = (
        _of_sessions(candidate.c.last_name, candidate.c.first_name, candidate.c.born_on, candidate.c.email)
        .join(candidate, candidate.c.session_id == s.c.id)
        .where(where)
        .order_by(s.c.id, candidate.c.sort_key, candidate.c.id)
    )
    for row in conn.execute(query, execution_options=STREAM):
        yield tuple(row)


def results(conn: Connection, where: ColumnElement[bool]) -> Iterator[Sequence[object]]:
    """One row a result, by session and candidate, the titre's before those of its certificates. Streams."""
    query = (
        _of_sessions(candidate.c.last_name, candidate.c.first_name, certificate.c.label, result.c.outcome, result.c.definitive)
        .join(result, result.c.session_id == s.c.id)
        .join(candidate, candidate.c.id == result.c.candidate_id)
        .outerjoin(certificate, certificate.c.id == result.c.certificate_id)
        .where(where)
        .order_by(s.c.id, candidate.c.sort_key, candidate.c.id, certificate.c.position)
    )
    for row in conn.execute(query, execution_options=STREAM):
        *what, certified, outcome, definitive = row
        yield (*what, certified or "Titre complet", Outcome(outcome).label, "définitif" if definitive else "brouillon")


READING = {
    "sessions": Table(
        "Sessions",
        (
            *SESSION, "Type", "Début", "Fin", "Fin prévue", "Date réelle", "Statut", "Reportée par la mesure", "Jours d’examen",
            "Heure de convocation", "Lieu", "Responsable de session", "Candidats",
        ),
        sessions,
    ),
    "candidats": Table(
        "Candidats", (*SESSION, "Nom", "Prénom", "Date de naissance", "Adresse électronique"), candidates
    ),
    "resultats": Table("Résultats", (*SESSION, "Nom", "Prénom", "Certificat", "Résultat", "État"), results),
}  # fmt: skip
