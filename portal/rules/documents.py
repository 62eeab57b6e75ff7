"""Which document a session gives, for whom and from when, as a table."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.rules.checks import days_to_come, has_days, has_hour, has_manager, has_place
from portal.rules.facts import Facts
from portal.rules.lifecycle import ACTIVE, Status
from portal.rules.lines import Check, Why


class Document(StrEnum):
    CONVOCATION = "convocation"
    CANDIDATES = "liste-candidats"
    ATTENDANCE = "emargement"
    MINUTES = "proces-verbal"
    CCP = "livret"
    AWARD = "attestation"
    JURY = "convocation-jury"

    @property
    def label(self) -> str:
        """What it is called on the screen."""
        return LINE[self].label


@dataclass(frozen=True)
class Line:
    """One line of the table. `personal`: one for each candidate; otherwise one for the session. `nobody`: what is said when
    no candidate is concerned."""

    document: Document
    label: str
    personal: bool
    statuses: tuple[Status, ...]
    until_then: str
    nobody: str = ""
    always: tuple[Check, ...] = ()  # what it cannot be printed without
    void: str = ""  # what a paper that is handed out says once the facts have changed
    before: tuple[Check, ...] = ()  # the same, as long as it can still be entered


S = Status
WITH_RESULTS = (S.RESULTS, S.LOCKED)


def _days_to_come(f: Facts, today: date) -> Why | None:
    """Before anybody is convened: a paper that was handed out for days that are past now can be had again."""
    return days_to_come(f, today) if f.status is S.DTE_SENT else None


WHERE_AND_WHEN = (has_hour, has_place, has_manager)
TABLE = (
    Line(Document.CANDIDATES, "Liste des candidats", False, (*ACTIVE, *WITH_RESULTS), "La session est annulée."),
    Line(
        Document.CONVOCATION,
        "Convocation",
        True,
        (S.DTE_SENT, S.CONVOKED, *WITH_RESULTS),
        "Les convocations s’éditent une fois le DTE envoyé.",
        "Aucun candidat n’est inscrit à cette session.",
        always=(has_days,),
        before=(*WHERE_AND_WHEN, _days_to_come),
        void="Cette convocation est annulée : les jours, l’heure ou le lieu ont changé depuis. Une nouvelle la remplacera.",
    ),
    Line(
        Document.JURY,
        "Convocation du jury",
        False,
        (S.DTE_SENT, S.CONVOKED, *WITH_RESULTS),
        "La convocation du jury s’édite une fois le DTE envoyé.",
        always=(has_days,),
        before=WHERE_AND_WHEN,
    ),
    Line(
        Document.ATTENDANCE,
        "Feuille d’émargement",
        False,
        (S.DTE_SENT, S.CONVOKED, *WITH_RESULTS),
        "La feuille d’émargement s’édite une fois le DTE envoyé.",
        always=(has_days,),
        before=WHERE_AND_WHEN,
    ),
    Line(
        Document.MINUTES,
        "Procès-verbal",
        False,
        WITH_RESULTS,
        "Le procès-verbal s’édite une fois les résultats enregistrés.",
    ),
    Line(
        Document.CCP,
        "Attestation de CCP (livret de certification)",
        True,
        WITH_RESULTS,
        "L’attestation de CCP s’édite une fois les résultats enregistrés.",
        "Aucun CCP ni CCS n’a été obtenu seul dans cette session.",
    ),
    Line(
        Document.AWARD,
        "Attestation de réussite",
        True,
        (S.LOCKED,),
        "L’attestation de réussite s’édite une fois la session verrouillée.",
        "Personne n’a obtenu le titre par cette session.",
    ),
)
LINE = {line.document: line for line in TABLE}


def not_yet(document: Document, status: Status) -> str | None:
    """Why a session in this status does not give the document, as a sentence; None when it does."""
    line = LINE[document]
    if status in line.statuses:
        return None
    return "La session est annulée : elle ne donne plus de document." if status is S.CANCELLED else line.until_then


def given(facts: Facts, today: date) -> list[Line]:
    """What a session gives now; of what is personal, whoever is concerned."""
    return [line for line in TABLE if not_yet(line.document, facts.status) is None and not missing(line.document, facts, today)]


def missing(document: Document, facts: Facts, today: date) -> list[str]:
    """What the paper still lacks, each as a sentence: no paper without days, hour, address and whom to call (domain.md 8a).

    Papers of a session whose results are saved are the past: of them, only the days are asked for.
    """
    line = LINE[document]
    checks = (*line.always, *(line.before if facts.status in ACTIVE else ()))
    return [why.reason for check in checks if (why := check(facts, today))]
